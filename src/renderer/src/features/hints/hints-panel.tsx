/** The ladder of hints: shown ones stay open, only the next one has a button, and the price is on it. */
import { useEffect, useRef } from 'react';
import type { HintView } from '../../../../shared/contract/values.ts';
import { Button } from '../../ui/button.tsx';
import { count } from '../../ui/format.ts';
import { Prose } from '../../ui/prose.tsx';
import './hints.css';

export interface HintsPanelProps {
  hints: readonly HintView[];
  objectives: readonly { id: string; title: string }[];
  points: number;
  assisted: boolean;
  running: boolean;
  onOpen(hint: string): void;
  onSolutions(): void;
}

export function HintsPanel({ hints, objectives, points, assisted, running, onOpen, onSolutions }: HintsPanelProps) {
  const groups = objectives
    .map((objective) => ({ ...objective, hints: hints.filter((hint) => hint.objective === objective.id) }))
    .filter((group) => group.hints.length > 0);
  return (
    <section data-region="hints" aria-labelledby="hints-title">
      <div className="phead sticky divided">
        <h2 id="hints-title">Hints</h2>
        <span className="grow" />
        <span className="cap">{count(points, 'point')} left</span>
      </div>
      {hints.length === 0 && <p className="pad mid">This lab has no hints.</p>}
      {groups.map((group) => (
        <div key={group.id}>
          {groups.length > 1 && <h3 className="hint-group cap">{group.title}</h3>}
          <ol>
            {group.hints.map((hint, index) => (
              <Hint
                key={hint.id}
                hint={hint}
                number={index + 1}
                title={groups.length > 1 ? 'h4' : 'h3'}
                running={running}
                onOpen={() => onOpen(hint.id)}
              />
            ))}
          </ol>
        </div>
      ))}
      <div className="pad">
        <Button look="quiet" onPress={onSolutions}>
          {assisted ? 'Show the solutions' : 'Show a solution'}
        </Button>
      </div>
    </section>
  );
}

interface HintProps {
  hint: HintView;
  number: number;
  /** Level of its heading: one deeper where the hints stand in groups. */
  title: 'h3' | 'h4';
  running: boolean;
  onOpen(): void;
}

function Hint({ hint, number, title: Title, running, onOpen }: HintProps) {
  const open = hint.text !== null;
  const price = hint.cost === 0 ? 'free' : `\u2212${hint.cost}`;
  const words = hint.cost === 0 ? 'Show' : `Show, costs ${hint.cost}`;
  const item = useRef<HTMLLIElement>(null);
  const asked = useRef(false);
  useEffect(() => {
    // The button that was pressed is gone: the place to go on from is what it has opened.
    if (open && asked.current) item.current?.focus();
    asked.current = false;
  }, [open]);
  const show = () => {
    asked.current = true;
    onOpen();
  };
  return (
    <li className={`hint${open ? '' : ' sealed'}`} ref={item} tabIndex={-1}>
      <span className="k" aria-hidden="true">
        {number}
      </span>
      <Title className={`t${open ? ' strong' : ''}`}>{hint.title}</Title>
      {hint.next && !open ? (
        <Button size="sm" isDisabled={!running} onPress={show} aria-label={`${words}: ${hint.title}`}>
          {words}
        </Button>
      ) : (
        <span className="cost">
          <span className="sr">price </span>
          {price}
        </span>
      )}
      {hint.text !== null && (
        <div className="body">
          <Prose text={hint.text} />
        </div>
      )}
    </li>
  );
}
