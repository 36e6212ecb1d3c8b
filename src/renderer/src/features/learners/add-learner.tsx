import { useEffect, useRef, useState } from 'react';
import { Form, Input, TextField } from 'react-aria-components';
import { attempt } from '../../app/notice.tsx';
import { useClient } from '../../connection/context.ts';
import { Button } from '../../ui/button.tsx';
import { LONGEST_NAME } from './learner-dialogs.tsx';

export interface AddLearnerProps {
  /** Asked for by name: the field gets the focus, and `onFocus` says so, so that it can be asked for again. */
  wanted: boolean;
  onFocus(): void;
  onAdded(): void;
}

export function AddLearner({ wanted, onFocus, onAdded }: AddLearnerProps) {
  const client = useClient();
  const [name, setName] = useState('');
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is asked for once, whatever is told of it
  useEffect(() => {
    if (!wanted) return;
    field.current?.focus();
    onFocus();
  }, [wanted]);
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
      <TextField aria-label="Name of a new learner" value={name} onChange={setName} maxLength={LONGEST_NAME}>
        <span className="field">
          <Input autoComplete="off" ref={field} placeholder="Name of a new learner" />
        </span>
      </TextField>
      <Button type="submit" size="lg" busy={busy} isDisabled={name.trim() === ''}>
        Add learner
      </Button>
    </Form>
  );
}
