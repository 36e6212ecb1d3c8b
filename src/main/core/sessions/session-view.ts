/** What the learner sees of a session, put together from the lab, the store and what is live. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  HintView,
  ObjectiveView,
  ServiceView,
  SessionSummary,
  SessionView,
  StoryPartView,
  TerminalView,
} from '../../../shared/contract/values.ts';
import { type HintStep, hintId, nextHint } from '../../../shared/domain/hints.ts';
import { allNamed } from '../../../shared/domain/overall.ts';
import { REVEAL_COST } from '../../../shared/domain/points.ts';
import { storyPartState } from '../../../shared/domain/story.ts';
import type { ObjectiveState } from '../checks/objective-tracker.ts';
import type { Fix, Lab } from '../labs/lab.ts';
import type { Hints, ObjectiveSpec } from '../labs/manifest.ts';
import type { SessionRecord } from '../store/sessions.ts';
import type { Store } from '../store/store.ts';

/** What only a live session has. */
export interface LiveParts {
  readonly notices: readonly string[];
  readonly services: readonly ServiceView[];
  readonly terminals: readonly TerminalView[];
  readonly objectives: ReadonlyMap<string, ObjectiveState>;
}

const ENDED: LiveParts = { notices: [], services: [], terminals: [], objectives: new Map() };

/** @returns what lists show of a session */
export function sessionSummary(record: SessionRecord): SessionSummary {
  const { id, labId, labTitle, learnerId, runtime, state, startedAt, endedAt, solvedMs, points, assisted, verdict } = record;
  return { id, labId, labTitle, learnerId, runtime, state, startedAt, endedAt, solvedMs, points, assisted, verdict };
}

/**
 * @param lab null when the lab's folder is gone or broken: the session is then shown without its story
 * @param live null for a session that is not running on this host
 */
export function sessionView(store: Store, record: SessionRecord, lab: Lab | null, live: LiveParts | null): SessionView {
  const parts = live ?? ENDED;
  const objectives =
    lab === null ? [] : lab.manifest.objectives.map((spec) => objectiveView(store, record.id, spec, parts.objectives.get(spec.id)));
  const failing = [...parts.objectives.values()].flatMap((state) => state.assessment?.failingProbes ?? []);
  return {
    ...sessionSummary(record),
    message: record.message,
    acknowledgedAt: record.acknowledgedAt,
    notices: [...parts.notices],
    page: lab?.manifest.page ?? { severity: '', text: '' },
    services: [...parts.services],
    terminals: [...parts.terminals],
    objectives,
    hints: lab === null ? [] : hintViews(store, record.id, lab, failing),
    story: lab === null ? [] : storyViews(store, record, lab, objectives),
    pins: store.pins.ofSession(record.id),
    solutions: lab !== null && record.assisted ? solutionViews(lab) : null,
    restartable: lab?.manifest.restartable ?? [],
    editorFiles: lab?.manifest.editor.open ?? [],
    openable: lab?.manifest.terminals.map(({ name, title, kind }) => ({ name, title, kind })) ?? [],
  };
}

function objectiveView(store: Store, sessionId: string, spec: ObjectiveSpec, state: ObjectiveState | undefined): ObjectiveView {
  const kept = store.verdicts.current(sessionId).find((look) => look.objective === spec.id);
  const assessment = state?.assessment ?? kept;
  const answer = store.answers.ofSession(sessionId).find((candidate) => candidate.objective === spec.id);
  return {
    id: spec.id,
    kind: spec.kind,
    title: spec.title,
    detail: spec.detail,
    verdict: state?.verdict ?? kept?.verdict ?? null,
    checking: state?.checking ?? false,
    measurements: [...(assessment?.measurements ?? [])],
    reasons: [...(assessment?.reasons ?? [])],
    holdSeconds: spec.kind === 'diagnosis' ? 0 : spec.hold,
    heldSeconds: Math.round((state?.heldMs ?? 0) / 1000),
    at: state?.at ?? kept?.at ?? null,
    question:
      spec.kind !== 'diagnosis'
        ? null
        : {
            text: spec.question,
            options: spec.options.map(({ id, text }) => ({ id, text })),
            pinsNeeded: spec.evidence.pins,
            chosen: answer?.chosen ?? null,
            feedback: answer?.feedback ?? null,
          },
  };
}

/** The ladder of an objective as the rules of hints take it. */
export function hintSteps(objective: string, ladder: Hints[string]): HintStep[] {
  return ladder.map((step, index) => ({
    id: hintId(objective, index),
    ...(step['when-failing'] === undefined ? {} : { whenFailing: step['when-failing'] }),
  }));
}

function hintViews(store: Store, sessionId: string, lab: Lab, failingProbes: readonly string[]): HintView[] {
  const opened = store.hints.ofSession(sessionId).map((hint) => hint.hint);
  return Object.entries(lab.hints).flatMap(([objective, ladder]) => {
    const next = nextHint(hintSteps(objective, ladder), opened, failingProbes);
    return ladder.map((step, index) => {
      const id = hintId(objective, index);
      return { id, objective, title: step.title, cost: step.cost, text: opened.includes(id) ? step.text : null, next: id === next };
    });
  });
}

function storyViews(store: Store, record: SessionRecord, lab: Lab, objectives: readonly ObjectiveView[]): StoryPartView[] {
  const progress = {
    commandRun: store.commands.any(record.id),
    named: allNamed(objectives),
    fixed: record.solvedMs !== null,
    assisted: record.assisted,
    revealed: record.revealed,
  };
  return lab.story.map((part) => {
    const { open, revealed, opensWhen } = storyPartState(part.id, progress);
    return {
      id: part.id,
      title: part.title,
      markdown: open ? part.markdown : null,
      opensWhen,
      revealCost: REVEAL_COST[part.id] ?? 0,
      revealed,
    };
  });
}

/** What is fixed comes before what is only mitigated. */
function solutionViews(lab: Lab): NonNullable<SessionView['solutions']> {
  const views = lab.solutions.map((fix) => solutionView(fix));
  return [...views.filter(({ verdict }) => verdict === 'fixed'), ...views.filter(({ verdict }) => verdict !== 'fixed')];
}

function solutionView(fix: Fix): NonNullable<SessionView['solutions']>[number] {
  const { expect } = fix.spec;
  return {
    name: fix.name,
    title: fix.spec.title,
    verdict: Object.values(expect).includes('mitigated') ? 'mitigated' : 'fixed',
    objectives: Object.keys(expect),
    text: fix.spec.text,
    files: fix.files.map((path) => ({ path, content: contentOf(join(fix.folder, 'files', path)) })),
  };
}

/** The lab's folder may have been removed since it was loaded; the session goes on without it. */
function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    return `This file of the lab cannot be read any more: ${error instanceof Error ? error.message : String(error)}`;
  }
}
