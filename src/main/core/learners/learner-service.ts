import { rm } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { OpsLabError } from '../../../shared/contract/errors.ts';
import type * as v from '../../../shared/contract/values.ts';
import type { LearnerService } from '../core.ts';
import type { EventHub } from '../events/event-hub.ts';
import { newId, type Store } from '../store/store.ts';
import { exportLearner } from './export-learner.ts';
import { importLearner } from './import-learner.ts';

export interface LearnerServiceOptions {
  readonly store: Store;
  readonly events: EventHub;
  readonly dataDirectory: string;
  /** Stops what the learner has running; called before they are removed. */
  endSessions(learnerId: string): Promise<void>;
  /** Milliseconds since 1970. */
  now?(): number;
}

const FIRST_NAME = 'Learner';

/** A file name that every system takes: letters of any language, digits, hyphens. */
function fileName(learner: v.Learner): string {
  const plain = learner.name.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-+|-+$/g, '');
  return `ops-lab-${plain === '' ? learner.id.slice(0, 8) : plain}.opslab`;
}

/** Learners, and their export and import as a file. @param options.endSessions ends what a learner has running, before the learner is removed */
export function createLearnerService({ store, events, dataDirectory, endSessions, now = Date.now }: LearnerServiceOptions): LearnerService {
  const changed = () => events.emit({ type: 'learners' });
  const find = (learnerId: string): v.Learner => {
    const learner = store.learners.get(learnerId);
    if (learner === null)
      throw new OpsLabError('not-found', 'There is no such learner. The list may have changed; look again.', { learnerId });
    return learner;
  };
  const add = (name: string): v.Learner => {
    const id = newId();
    store.learners.add({ id, name, createdAt: now() });
    return find(id);
  };
  const ensureCurrent = (): v.Learner => {
    const current = store.learners.current();
    if (current !== null) return current;
    const next = store.learners.list()[0] ?? add(FIRST_NAME);
    store.learners.makeCurrent(next.id);
    return find(next.id);
  };
  ensureCurrent();

  /** Only below the data directory: a path in the database must not lead a deletion elsewhere. */
  const removeFile = async (path: string) => {
    const absolute = resolve(dataDirectory, path);
    const inside = relative(dataDirectory, absolute);
    if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || resolve(inside) === inside) return;
    await rm(absolute, { recursive: true, force: true });
  };

  return {
    current: ensureCurrent,
    list: (caller) => store.learners.list().filter((learner) => caller.role === 'local' || learner.id === caller.learnerId),
    create: (_caller, name) => {
      const learner = add(name);
      changed();
      return learner;
    },
    rename: (_caller, learnerId, name) => {
      find(learnerId);
      store.learners.rename(learnerId, name);
      changed();
      return find(learnerId);
    },
    switchTo: (_caller, learnerId) => {
      find(learnerId);
      store.learners.makeCurrent(learnerId);
      changed();
      return find(learnerId);
    },
    remove: async (_caller, learnerId, confirmName) => {
      const learner = find(learnerId);
      if (learner.name !== confirmName) {
        throw new OpsLabError(
          'conflict',
          `Nothing was removed: "${confirmName}" is not the learner's name. Type the name exactly as shown.`,
          {
            learnerId,
          },
        );
      }
      await endSessions(learnerId);
      const sessions = store.sessions.ofLearner(learnerId);
      const recordings = sessions.flatMap((session) => store.recordings.ofSession(session.id));
      store.learners.remove(learnerId);
      ensureCurrent();
      changed();
      for (const { file } of recordings) await removeFile(file);
      for (const { folder } of sessions) if (folder !== '') await removeFile(folder);
    },
    export: async (_caller, learnerId) => {
      const learner = find(learnerId);
      return { fileName: fileName(learner), content: await exportLearner(store, dataDirectory, learner, now()) };
    },
    import: async (_caller, content) => {
      const { learnerId, added, known } = await importLearner(store, dataDirectory, content);
      changed();
      return { learner: find(learnerId), added, known };
    },
  };
}
