import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type * as v from '../../../shared/contract/values.ts';
import type { RecordingRecord } from '../store/recordings.ts';
import type { Store } from '../store/store.ts';
import type { VerdictRecord } from '../store/verdicts.ts';
import { LEARNER_FILE_VERSION, type LearnerFile } from './learner-file.ts';

/** Characters that the recordings of one export may take together: the file has to stay below the contract's 64 million for an import. */
export const RECORDINGS_LIMIT = 40_000_000;
/** A recording larger than this, in bytes as recorded, stays out. */
export const RECORDING_LIMIT = 32 * 1024 * 1024;

const compress = promisify(gzip);

/** @returns null when the file is missing or too large */
async function contentOf(recording: RecordingRecord, dataDirectory: string): Promise<string | null> {
  try {
    const handle = await open(resolve(dataDirectory, recording.file));
    try {
      if ((await handle.stat()).size > RECORDING_LIMIT) return null;
      return (await compress(await handle.readFile())).toString('base64');
    } finally {
      await handle.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function toEntry(look: VerdictRecord): LearnerFile['sessions'][number]['verdicts'][number] {
  return { ...look, measurements: [...look.measurements], reasons: [...look.reasons] };
}

/**
 * All of one learner as one JSON text. The newest recordings come first when not all fit.
 * @param now milliseconds since 1970
 */
export async function exportLearner(store: Store, dataDirectory: string, learner: v.Learner, now: number): Promise<string> {
  let room = RECORDINGS_LIMIT;
  const sessions: LearnerFile['sessions'] = [];
  for (const session of store.sessions.ofLearner(learner.id)) {
    const recordings: LearnerFile['sessions'][number]['recordings'] = [];
    for (const recording of store.recordings.ofSession(session.id)) {
      const content = await contentOf(recording, dataDirectory);
      const fits = content !== null && content.length <= room;
      if (fits) room -= content.length;
      const { terminalId, name, startedAt } = recording;
      recordings.push({ terminalId, name, startedAt, content: fits ? content : null });
    }
    const { folder: _folder, runtimeData: _runtimeData, learnerId: _learnerId, revealed, ...fields } = session;
    sessions.push({
      ...fields,
      revealed: [...revealed],
      objectives: store.verdicts.current(session.id).map(toEntry),
      verdicts: store.verdicts.history(session.id).map(toEntry),
      hints: store.hints.ofSession(session.id),
      answers: store.answers.ofSession(session.id).map((answer) => ({ ...answer, pins: [...answer.pins] })),
      pins: store.pins.ofSession(session.id),
      commands: store.commands.ofSession(session.id).map(({ sessionId: _sessionId, ...command }) => command),
      recordings,
    });
  }
  const file: LearnerFile = {
    format: 'ops-lab-learner',
    version: LEARNER_FILE_VERSION,
    exportedAt: now,
    learner: { id: learner.id, name: learner.name, createdAt: learner.createdAt },
    sessions,
  };
  return JSON.stringify(file);
}
