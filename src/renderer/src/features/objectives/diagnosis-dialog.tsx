/** Names the cause: one of the answers, with pinned lines as evidence. */
import { Check, X } from 'lucide-react';
import { useState } from 'react';
import { Checkbox, CheckboxGroup, Label, Radio, RadioGroup } from 'react-aria-components';
import type { SessionView } from '../../../../shared/contract/values.ts';
import { attempt } from '../../app/notice.tsx';
import { useClient } from '../../connection/context.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { count } from '../../ui/format.ts';
import { VerdictGlyph } from '../../ui/verdict.tsx';
import './diagnosis.css';

const MAX_PINS = 10;

export function DiagnosisDialog({ session, objectiveId, onClose }: { session: SessionView; objectiveId: string; onClose: () => void }) {
  const client = useClient();
  const objective = session.objectives.find((candidate) => candidate.id === objectiveId);
  const question = objective?.question;
  const [option, setOption] = useState<string | null>(question?.chosen ?? null);
  const [left, setLeft] = useState<readonly string[]>([]);
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<{ checked: boolean; text: string } | null>(null);
  if (!objective || !question) return null;
  const chosen = session.pins.filter((pin) => !left.includes(pin.id)).slice(0, MAX_PINS);
  const missing = Math.max(0, question.pinsNeeded - chosen.length);
  const answer = async () => {
    if (option === null) return;
    setBusy(true);
    const pins = chosen.map((pin) => pin.id);
    const after = await attempt(client.sessions.answer({ sessionId: session.id, objective: objective.id, option, pins }));
    setBusy(false);
    const now = after?.objectives.find((candidate) => candidate.id === objective.id);
    if (!now) return;
    if (now.verdict === 'fixed') onClose();
    else setOutcome({ checked: now.verdict !== 'could-not-check', text: now.question?.feedback ?? now.reasons.join(' ') });
  };
  return (
    <Dialog
      title="Name the cause"
      wide
      isOpen
      onClose={onClose}
      footer={
        <>
          <span className="cap grow">
            {missing > 0 ? `${count(missing, 'pinned line')} still needed. Select a line in a terminal, then “Pin as evidence”.` : ''}
          </span>
          <Button onPress={onClose}>Close</Button>
          <Button look="primary" isDisabled={option === null || missing > 0} busy={busy} onPress={() => void answer()}>
            Answer
          </Button>
        </>
      }
    >
      <RadioGroup className="choices" value={option} onChange={setOption}>
        <Label className="strong">{question.text}</Label>
        {question.options.map((choice) => (
          <Radio key={choice.id} value={choice.id} className="choice">
            <span className="dot" aria-hidden="true" />
            {choice.text}
          </Radio>
        ))}
      </RadioGroup>
      <CheckboxGroup
        className="choices"
        value={chosen.map((pin) => pin.id)}
        onChange={(kept) => setLeft(session.pins.filter((pin) => !kept.includes(pin.id)).map((pin) => pin.id))}
      >
        <Label className="strong">Evidence</Label>
        {session.pins.length === 0 && <p className="mid">No line is pinned yet.</p>}
        {session.pins.length > MAX_PINS && <p className="mid">At most {MAX_PINS} lines go with an answer.</p>}
        {session.pins.map((pin) => (
          <div key={pin.id} className="row">
            <Checkbox value={pin.id} className="choice grow" isDisabled={chosen.length === MAX_PINS && !chosen.includes(pin)}>
              <span className="check" aria-hidden="true">
                <Check className="i" />
              </span>
              <span className="mono pin-text">{pin.text}</span>
            </Checkbox>
            <IconButton
              label={`Unpin ${pin.text}`}
              onPress={() => void attempt(client.sessions.unpin({ sessionId: session.id, pinId: pin.id }))}
            >
              <X className="i" aria-hidden />
            </IconButton>
          </div>
        ))}
      </CheckboxGroup>
      {outcome && (
        <div className={`note ${outcome.checked ? 'notyet' : 'unknown'}`} role="alert">
          <VerdictGlyph verdict={outcome.checked ? 'not-yet' : 'could-not-check'} lamp />
          <div>
            <strong>{outcome.checked ? 'Not named.' : 'Could not check. Nothing was counted.'}</strong>
            <p>{outcome.text}</p>
          </div>
        </div>
      )}
    </Dialog>
  );
}
