import { useState } from 'react';
import { Form, Input, TextField } from 'react-aria-components';
import { attempt } from '../../app/notice.tsx';
import { useClient } from '../../connection/context.ts';
import { Button } from '../../ui/button.tsx';
import { LONGEST_NAME } from './learner-dialogs.tsx';

export function AddLearner({ autoFocus, onAdded }: { autoFocus: boolean; onAdded: () => void }) {
  const client = useClient();
  const [name, setName] = useState('');
  const [busy, setBusy] = useState(false);
  const add = async () => {
    setBusy(true);
    const added = await attempt(client.learners.create({ name: name.trim() }));
    setBusy(false);
    if (!added) return;
    setName('');
    onAdded();
  };
  return (
    <Form
      className="row pad add-learner"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== '' && !busy) void add();
      }}
    >
      <TextField aria-label="Name of a new learner" value={name} onChange={setName} maxLength={LONGEST_NAME} autoFocus={autoFocus}>
        <span className="field">
          <Input autoComplete="off" placeholder="Name of a new learner" />
        </span>
      </TextField>
      <Button type="submit" size="lg" busy={busy} isDisabled={name.trim() === ''}>
        Add learner
      </Button>
    </Form>
  );
}
