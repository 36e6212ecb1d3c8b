import { useState } from 'react';
import { Form, Input, Label, TextField } from 'react-aria-components';
import type { Learner } from '../../../../shared/contract/values.ts';
import { attempt } from '../../app/notice.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { count } from '../../ui/format.ts';

/** As the contract has it. */
export const LONGEST_NAME = 60;

interface NameProps {
  learner: Learner;
  onClose(): void;
  onName(name: string): Promise<unknown>;
}

export function RenameLearnerDialog({ learner, onClose, onName }: NameProps) {
  const [name, setName] = useState(learner.name);
  const [busy, setBusy] = useState(false);
  const valid = name.trim() !== '';
  const submit = async () => {
    if (!valid) return;
    setBusy(true);
    await attempt(onName(name.trim()));
    onClose();
  };
  return (
    <Dialog
      title={`Rename ${learner.name}`}
      isOpen
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>Close</Button>
          <Button look="primary" isDisabled={!valid} busy={busy} onPress={() => void submit()}>
            Rename
          </Button>
        </>
      }
    >
      <Form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextField className="labelled" value={name} onChange={setName} maxLength={LONGEST_NAME} autoFocus>
          <Label>Name</Label>
          <span className="field">
            <Input autoComplete="off" />
          </span>
        </TextField>
      </Form>
    </Dialog>
  );
}

interface DeleteProps {
  learner: Learner;
  onClose(): void;
  onDelete(confirmName: string): Promise<unknown>;
}

export function DeleteLearnerDialog({ learner, onClose, onDelete }: DeleteProps) {
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const remove = async () => {
    setBusy(true);
    await attempt(onDelete(typed));
    onClose();
  };
  return (
    <Dialog
      title={`Delete ${learner.name}?`}
      role="alertdialog"
      isOpen
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>Keep {learner.name}</Button>
          <Button look="danger" isDisabled={typed !== learner.name} busy={busy} onPress={() => void remove()}>
            Delete for good
          </Button>
        </>
      }
    >
      <p>
        {count(learner.sessions, 'session')} and {count(learner.commands, 'command')} go with it: progress, history and recordings. Export
        the learner first if you may want them back.
      </p>
      <TextField className="labelled" value={typed} onChange={setTyped} autoFocus>
        <Label>
          Type <span className="mono strong">{learner.name}</span> to confirm
        </Label>
        <span className="field">
          <Input autoComplete="off" />
        </span>
      </TextField>
    </Dialog>
  );
}
