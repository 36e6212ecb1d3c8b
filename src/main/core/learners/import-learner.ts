import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { OpsLabError } from '../../../shared/contract/errors.ts';
import { isLive } from '../../../shared/domain/session-state.ts';
import type { SessionRecord } from '../store/sessions.ts';
import type { Store } from '../store/store.ts';
import { RECORDING_LIMIT } from './export-learner.ts';
import { type LearnerFile, parseLearnerFile } from './learner-file.ts';

const decompress = promisify(gunzip);

/** Where imported recordings go, relative to the data directory. */
const FOLDER = 'recordings/imported';

export interface Imported {
  readonly learnerId: string;
  /** Rows that are new here. */
  readonly added: number;
  /** Rows that were here already. */
  readonly known: number;
}

/** Writes the recordings that are not here yet. @returns the ids of the terminals whose recording is in the file */
async function writeRecordings(store: Store, dataDirectory: string, file: LearnerFile): Promise<Set<string>> {
  const present = new Set<string>();
  const folder = join(dataDirectory, FOLDER);
  for (const recording of file.sessions.flatMap((session) => session.recordings)) {
    if (recording.content === null) continue;
    present.add(recording.terminalId);
    if (store.recordings.get(recording.terminalId) !== null) continue;
    let bytes: Buffer;
    try {
      bytes = await decompress(Buffer.from(recording.content, 'base64'), { maxOutputLength: RECORDING_LIMIT });
    } catch {
      throw new OpsLabError('import-invalid', 'A recording in this file is damaged or too large. Nothing was imported.', {
        where: `recording ${recording.terminalId}`,
      });
    }
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const target = join(folder, `${recording.terminalId}.cast`);
    await writeFile(`${target}.partial`, bytes, { mode: 0o600 });
    await rename(`${target}.partial`, target);
  }
  return present;
}

/** An import changes what was imported before when the file is newer; what was done on this machine it leaves alone. */
function putSession(store: Store, file: LearnerFile, session: LearnerFile['sessions'][number]): 'added' | 'known' {
  const here = store.sessions.get(session.id);
  if (here !== null && here.learnerId !== file.learner.id) {
    throw new OpsLabError('import-invalid', 'A session in this file belongs to another learner here. Nothing was imported.', {
      where: `session ${session.id}`,
    });
  }
  if (here !== null && here.folder !== '') return 'known';
  if (here?.endedAt != null && here.endedAt >= (session.endedAt ?? file.exportedAt)) return 'known';
  const { objectives: _o, verdicts: _v, hints: _h, answers: _a, pins: _p, commands: _c, recordings: _r, ...fields } = session;
  const record: SessionRecord = { ...fields, learnerId: file.learner.id, folder: '', runtimeData: null };
  // It does not run here, whatever it did there.
  const ended = isLive(session.state) ? { state: 'stopped' as const, endedAt: session.endedAt ?? file.exportedAt } : {};
  store.sessions.put({ ...record, ...ended });
  return here === null ? 'added' : 'known';
}

/**
 * Brings in what `exportLearner` wrote: an unknown learner is made, a known one is added to. All or nothing, except that
 * a recording's file may stay behind unused when the import is refused; the same file again changes nothing.
 * @throws OpsLabError `import-invalid` with `details.where`
 */
export async function importLearner(store: Store, dataDirectory: string, content: string): Promise<Imported> {
  const file = parseLearnerFile(content);
  const recorded = await writeRecordings(store, dataDirectory, file);
  let added = 0;
  let known = 0;
  const count = (isNew: boolean) => {
    if (isNew) added++;
    else known++;
  };
  store.transaction(() => {
    const isNew = store.learners.get(file.learner.id) === null;
    if (isNew) store.learners.add(file.learner);
    count(isNew);
    // Oldest first, so that ids of commands rise with time.
    for (const session of file.sessions.toSorted((one, other) => one.startedAt - other.startedAt)) {
      count(putSession(store, file, session) === 'added');
      for (const look of session.objectives) store.verdicts.importCurrent(session.id, look);
      for (const look of session.verdicts) count(store.verdicts.addToHistory(session.id, look));
      for (const hint of session.hints) count(store.hints.open(session.id, hint));
      for (const answer of session.answers) count(store.answers.import(session.id, answer));
      for (const pin of session.pins) count(store.pins.add(session.id, pin));
      for (const command of session.commands) count(store.commands.add({ ...command, sessionId: session.id }) !== null);
      for (const { content: _content, ...recording } of session.recordings) {
        if (!recorded.has(recording.terminalId)) continue;
        const path = `${FOLDER}/${recording.terminalId}.cast`;
        count(store.recordings.add({ ...recording, sessionId: session.id, file: path }));
      }
    }
  });
  return { learnerId: file.learner.id, added, known };
}
