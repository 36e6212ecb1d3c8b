/** One lab in detail: its page, symptoms, what it needs, and how to start it. */
import { Label, Radio, RadioGroup } from 'react-aria-components';
import type { LabList } from '../../connection/client.ts';
import { useLab } from '../../connection/queries.ts';
import { Button } from '../../ui/button.tsx';
import { Keys } from '../../ui/keys.tsx';
import { Prose } from '../../ui/prose.tsx';
import { Failure, Loading } from '../../ui/states.tsx';
import { VerdictGlyph } from '../../ui/verdict.tsx';
import { PageMessage } from '../story/story-panel.tsx';
import { scoringWords } from './lab-state.ts';

type Lab = LabList['labs'][number];
type RuntimeKind = Lab['runtimes'][number]['kind'];

const RUNTIMES: Record<RuntimeKind, { title: string; detail: string }> = {
  docker: { title: 'Docker', detail: 'in containers' },
  shell: { title: 'Shell', detail: 'as processes, no engine needed' },
};

export interface LabDetailProps {
  lab: Lab;
  /** On which it starts; undefined when none can be used here. */
  runtime: RuntimeKind | undefined;
  onPick(runtime: RuntimeKind): void;
  starting: boolean;
  onStart(): void;
}

export function LabDetail({ lab, runtime, onPick, starting, onStart }: LabDetailProps) {
  const detail = useLab(lab.id);
  return (
    <section className="panel" aria-label={lab.title} data-region="lab">
      {/* It may scroll and holds nothing to operate: without a place in the tab order keys could not reach its end. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable */}
      <div className="pbody" tabIndex={0}>
        <div className="pad lab-head">
          <div className="row wrap">
            <span className="mono dim">{lab.id}</span>
            <span className="tag">{lab.level}</span>
            <span className="tag">{lab.minutes} min</span>
            {lab.thirdParty && <span className="tag">third-party</span>}
          </div>
          <h2 className="h-page">{lab.title}</h2>
          <PageMessage page={lab.page} />
          {detail.isPending && <Loading what="the symptoms" />}
          {detail.isError && <Failure error={detail.error} retry={() => void detail.refetch()} />}
          {detail.data && <Prose text={detail.data.symptoms} />}
        </div>
        <dl className="facts pad">
          <dt>What runs out</dt>
          <dd>{lab.resource}</dd>
          {lab.concepts.length > 0 && (
            <>
              <dt>Concepts</dt>
              <dd>{lab.concepts.join(', ')}</dd>
            </>
          )}
          <dt>Objectives</dt>
          <dd>
            <ul>
              {lab.objectives.map((objective) => (
                <li key={`${objective.kind} ${objective.title}`}>{objective.title}</li>
              ))}
            </ul>
          </dd>
          <dt>Scoring</dt>
          <dd>{scoringWords(lab.hintCosts)}</dd>
          {lab.thirdParty && (
            <>
              <dt>Origin</dt>
              <dd>Not part of Ops Lab. It runs with the same limits, but read it before you trust it.</dd>
            </>
          )}
        </dl>
        <Unavailable lab={lab} />
      </div>
      <div className="pad divided stack gap">
        {lab.liveSessionId === null && (
          <RadioGroup className="runtimes" value={runtime ?? null} onChange={(kind) => onPick(kind as RuntimeKind)}>
            <Label className="sr">Runtime</Label>
            {lab.runtimes.map(({ kind, available: here }) => (
              <Radio key={kind} value={kind} className="choice-row" isDisabled={!here}>
                <span className="dot" aria-hidden="true" />
                <span>
                  <span className="strong">{RUNTIMES[kind].title}</span> <span className="mid">{RUNTIMES[kind].detail}</span>
                </span>
              </Radio>
            ))}
          </RadioGroup>
        )}
        <div className="row">
          <Button
            look="primary"
            size="lg"
            grow
            busy={starting}
            isDisabled={lab.liveSessionId === null && !runtime}
            onPress={onStart}
            aria-label={lab.liveSessionId ? 'Go on' : 'Start lab'}
          >
            {lab.liveSessionId ? 'Go on' : 'Start lab'} <Keys chord="Enter" />
          </Button>
        </div>
      </div>
    </section>
  );
}

/** Why a runtime of the lab cannot be used now, and how to get it. */
function Unavailable({ lab }: { lab: Lab }) {
  const missing = lab.runtimes.filter((runtime) => !runtime.available);
  if (missing.length === 0) return null;
  const nothing = missing.length === lab.runtimes.length;
  return (
    <div className={`note ${nothing ? 'notyet' : 'info'}`} role="note">
      <VerdictGlyph verdict={nothing ? 'not-yet' : 'none'} lamp />
      <div>
        {missing.map((runtime) => (
          <p key={runtime.kind}>
            <strong>{RUNTIMES[runtime.kind].title} is not available here.</strong> {runtime.reason}
          </p>
        ))}
      </div>
      <a className="btn" href="#/engine">
        Open Engine
      </a>
    </div>
  );
}
