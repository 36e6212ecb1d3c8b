/** The catalog as a learner sees it: each lab with its state, and whether it can run here now. */
import { OpsLabError } from '../../../shared/contract/errors.ts';
import type { LabCard, LabProblem, RuntimeKind } from '../../../shared/contract/values.ts';
import { isLive } from '../../../shared/domain/session-state.ts';
import type { Verdict } from '../../../shared/domain/verdict.ts';
import type { Caller, LabService } from '../core.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { betterVerdict, type SessionRecord } from '../store/sessions.ts';
import type { Store } from '../store/store.ts';
import type { Lab } from './lab.ts';
import type { LabCatalog } from './lab-catalog.ts';

export class Labs implements LabService {
  readonly #catalog: LabCatalog;
  readonly #store: Store;
  readonly #runtimes: Readonly<Record<RuntimeKind, Runtime>>;

  constructor(catalog: LabCatalog, store: Store, runtimes: Readonly<Record<RuntimeKind, Runtime>>) {
    this.#catalog = catalog;
    this.#store = store;
    this.#runtimes = runtimes;
  }

  async list(caller: Caller): Promise<{ labs: LabCard[]; problems: LabProblem[] }> {
    const { labs, problems } = await this.#catalog.reload();
    const sessions = this.#store.sessions.ofLearner(caller.learnerId);
    return { labs: await Promise.all(labs.map((lab) => this.#card(caller, lab, sessions))), problems: [...problems] };
  }

  async get(caller: Caller, labId: string): Promise<{ lab: LabCard; symptoms: string }> {
    const lab = await this.#catalog.require(labId);
    const card = await this.#card(caller, lab, this.#store.sessions.ofLearner(caller.learnerId));
    return { lab: card, symptoms: lab.story.find((part) => part.id === 'symptoms')?.markdown ?? '' };
  }

  async #card(caller: Caller, lab: Lab, sessions: readonly SessionRecord[]): Promise<LabCard> {
    const { manifest } = lab;
    const own = sessions.filter((session) => session.labId === lab.id);
    const live = own.find((session) => session.folder !== '' && isLive(session.state));
    const best = own.reduce<Verdict | null>((verdict, session) => betterVerdict(verdict, session.bestVerdict), null);
    // As in progress: what was solved with the author's help is no best.
    const solved = own.filter((session) => session.solvedMs !== null && !session.assisted);
    const declared = (['docker', 'shell'] as const).filter((kind) => manifest.runtimes[kind] !== undefined);
    return {
      id: lab.id,
      title: manifest.title,
      summary: manifest.summary,
      level: manifest.level,
      minutes: manifest.minutes,
      concepts: manifest.concepts,
      resource: manifest.resource,
      thirdParty: lab.thirdParty,
      page: manifest.page,
      objectives: manifest.objectives.map(({ id, kind, title }) => ({ id, kind, title })),
      hintCosts: Object.values(lab.hints).flatMap((ladder) => ladder.map((step) => step.cost)),
      runtimes: await Promise.all(declared.map((kind) => this.#availability(caller, lab, kind))),
      state: live !== undefined ? 'in-progress' : own.length === 0 ? 'new' : best === 'fixed' || best === 'mitigated' ? best : 'not-yet',
      liveSessionId: live?.id ?? null,
      bestMs: solved.length === 0 ? null : Math.min(...solved.map((session) => session.solvedMs ?? Number.POSITIVE_INFINITY)),
      bestPoints: solved.length === 0 ? null : Math.max(...solved.map((session) => session.points)),
    };
  }

  async #availability(caller: Caller, lab: Lab, kind: RuntimeKind): Promise<LabCard['runtimes'][number]> {
    if (kind === 'shell' && !(caller.loopback && caller.role === 'local'))
      return { kind, available: false, reason: 'The shell runtime is only for the person at this machine.' };
    try {
      return { kind, ...(await this.#runtimes[kind].availability(lab)) };
    } catch (error) {
      return {
        kind,
        available: false,
        reason: error instanceof OpsLabError ? error.message : `It could not be found out: ${(error as Error).message}`,
      };
    }
  }
}
