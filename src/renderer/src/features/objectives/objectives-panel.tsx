/** The objectives with their verdicts, figures and reasons. */

import type { ObjectiveView } from '../../../../shared/contract/values.ts';
import type { Measurement } from '../../connection/client.ts';
import { Button } from '../../ui/button.tsx';
import { count, formatLimit, formatQuantity, formatTime } from '../../ui/format.ts';
import { Keys } from '../../ui/keys.tsx';
import { VerdictGlyph, verdictClass, verdictWord } from '../../ui/verdict.tsx';
import { gauge } from './gauge.ts';
import './objectives.css';

export interface ObjectivesPanelProps {
  objectives: readonly ObjectiveView[];
  pins: number;
  /** Id of the objective whose verdict changed last. */
  changed: string | null;
  running: boolean;
  acknowledged: boolean;
  /** The learner has asked for a check that is not through yet. */
  checking: boolean;
  onCheck(objective?: string): void;
  onName(objective: string): void;
}

export function ObjectivesPanel({ objectives, pins, changed, running, acknowledged, checking, onCheck, onName }: ObjectivesPanelProps) {
  return (
    <section data-region="objectives" aria-labelledby="objectives-title">
      <div className="phead sticky">
        <h2 id="objectives-title">Objectives</h2>
        <span className="grow" />
        <Button size="sm" isDisabled={!running} busy={checking} onPress={() => onCheck()} aria-label="Check all objectives">
          Check {acknowledged && <Keys chord="Ctrl Enter" />}
        </Button>
      </div>
      <ul>
        {objectives.map((objective) => (
          <ObjectiveRow
            key={objective.id}
            objective={objective}
            pins={pins}
            changed={changed === objective.id}
            running={running}
            onCheck={() => onCheck(objective.id)}
            onName={() => onName(objective.id)}
          />
        ))}
      </ul>
    </section>
  );
}

const ROW_CLASS = { 'not-yet': 'hot', mitigated: 'mit', fixed: 'fix', 'could-not-check': 'unk' } as const;

interface ObjectiveRowProps {
  objective: ObjectiveView;
  pins: number;
  changed: boolean;
  running: boolean;
  onCheck(): void;
  onName(): void;
}

function ObjectiveRow({ objective, pins, changed, running, onCheck, onName }: ObjectiveRowProps) {
  const { verdict, kind, measurements } = objective;
  const tinted = verdict !== null && (changed || verdict === 'could-not-check');
  const word = verdictWord(verdict, kind);
  const main = measurements.find((measurement) => !measurement.holds) ?? measurements[0];
  const rest = measurements.filter((measurement) => measurement !== main);
  return (
    <li className={`obj ${tinted ? ROW_CLASS[verdict] : ''}`} aria-label={`${objective.title}: ${word}`} data-objective={objective.id}>
      {objective.checking ? <VerdictGlyph verdict="working" lamp /> : <VerdictGlyph verdict={verdict ?? 'none'} lamp />}
      <h3 className="t">{objective.title}</h3>
      <div className="m">
        <span className={`vw ${verdictClass(verdict ?? 'none')}`}>
          {word}
          {kind === 'guard' && <span className="dim"> must stay true</span>}
        </span>
        {main && <span className="big">{formatQuantity(main.value, main.unit)}</span>}
      </div>
      {main && <GaugeBar measurement={main} verdictClassName={verdictClass(verdict ?? 'none')} />}
      <div className="w">
        {main && (
          <p>
            {main.label}: {main.holds ? '' : 'has to be '}
            {formatLimit(main.comparison, main.limit, main.unit)}
            {main.holds && ', holds'}.
          </p>
        )}
        <Reasons objective={objective} />
        {rest.length > 0 && (
          <ul className="measures">
            {rest.map((measurement) => (
              <li key={`${measurement.probe} ${measurement.measure}`} className={measurement.holds ? '' : verdictClass('not-yet')}>
                <span>{measurement.label}</span>
                <span className="num">
                  {formatQuantity(measurement.value, measurement.unit)}{' '}
                  <span className="dim">{formatLimit(measurement.comparison, measurement.limit, measurement.unit)}</span>
                </span>
              </li>
            ))}
          </ul>
        )}
        {objective.at !== null && (
          <p className="cap">
            {kind === 'diagnosis' ? 'Answered' : 'Measured'} at {formatTime(objective.at)}
          </p>
        )}
      </div>
      <Hold objective={objective} />
      {kind === 'diagnosis' ? (
        verdict !== 'fixed' && (
          <div className="a">
            <Button size="sm" isDisabled={!running} onPress={onName} aria-label={`Name the cause: ${objective.title}`}>
              Name the cause
            </Button>
            <span className="cap">{count(pins, 'line')} pinned</span>
          </div>
        )
      ) : (
        <div className="a">
          <Button
            size="sm"
            look={verdict === 'could-not-check' ? 'standard' : 'quiet'}
            isDisabled={!running}
            aria-disabled={objective.checking}
            onPress={() => objective.checking || onCheck()}
            aria-label={`${verdict === null ? 'Check' : 'Check again'}: ${objective.title}`}
          >
            {verdict === null ? 'Check' : 'Check again'}
          </Button>
        </div>
      )}
    </li>
  );
}

function Reasons({ objective }: { objective: ObjectiveView }) {
  const { verdict, reasons, question, detail } = objective;
  if (question?.feedback) return <p>{question.feedback}</p>;
  if (verdict === 'could-not-check') {
    return (
      <p>
        {reasons.join(' ')} <strong className="strong">Nothing was counted.</strong>
      </p>
    );
  }
  if (verdict === 'mitigated') {
    return (
      <p>
        <strong className="strong">Will recur.</strong> {reasons.join(' ')}
      </p>
    );
  }
  if (reasons.length > 0) return reasons.map((reason) => <p key={reason}>{reason}</p>);
  return verdict === null || verdict === 'not-yet' ? <p>{detail}</p> : null;
}

function Hold({ objective }: { objective: ObjectiveView }) {
  const { holdSeconds, heldSeconds, verdict } = objective;
  if (holdSeconds === 0 || heldSeconds === 0 || verdict === 'fixed') return null;
  const percent = Math.min(100, (heldSeconds / holdSeconds) * 100);
  return (
    <div className="hold">
      <p>
        In bounds for {Math.round(heldSeconds)} of {holdSeconds} s.
      </p>
      <div
        className="bar"
        role="progressbar"
        aria-label="Hold window"
        aria-valuemin={0}
        aria-valuemax={holdSeconds}
        aria-valuenow={Math.round(heldSeconds)}
      >
        <i style={{ width: `${percent}%` }} />
      </div>
    </div>
  );
}

function GaugeBar({ measurement, verdictClassName }: { measurement: Measurement; verdictClassName: string }) {
  const bar = gauge(measurement);
  if (!bar) return null;
  return (
    <div className={`gauge ${verdictClassName}`} aria-hidden="true">
      <i style={{ width: `${bar.fill}%` }} />
      <b style={{ left: `${bar.mark}%` }} />
    </div>
  );
}
