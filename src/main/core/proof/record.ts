/** Recordings: real output of a lab, for its story. Each command runs in a fresh, untouched session of its own. */
import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMap, isScalar, parseDocument, Scalar } from 'yaml';
import { OpsLabError } from '../../../shared/contract/errors.ts';
import { pause, timeout, untilAborted } from '../checks/deadline.ts';
import type { Lab } from '../labs/lab.ts';
import { labOn } from '../labs/lab-on-runtime.ts';
import type { RecordingSpec } from '../labs/manifest.ts';
import { replaceMatches } from '../labs/pattern.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { lineDiff } from './line-diff.ts';
import { makeProofSession } from './proof-sessions.ts';

const COMMAND_TIMEOUT_MS = 120_000;
const READY_TIMEOUT_MS = 180_000;
const OUTPUT_LIMIT = 64 * 1024;
/** As in a terminal of this size; programs that ask no terminal take it from here. */
const SIZE = { COLUMNS: '100', LINES: '40' };

/** Escape sequences (CSI and OSC) and carriage returns: a story shows text. */
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])|\r/g;

/** Output as it is kept: plain text, no blanks at line ends, one newline at the end. */
export function plainOutput(output: string): string {
  const text = output
    .replace(ESCAPES, '')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/\n+$/, '');
  return text === '' ? '' : `${text}\n`;
}

/**
 * Output with everything replaced that may differ from run to run.
 * @throws OpsLabError `limit` for a pattern that takes too long
 */
export function stableOutput(recording: RecordingSpec, output: string): string {
  return recording.volatile.reduce((text, { pattern, as }) => replaceMatches(pattern, text, as), plainOutput(output));
}

export interface RecordEnvironment {
  readonly runtime: Runtime;
  readonly dataDirectory: string;
  onProgress(message: string): void;
  readonly signal: AbortSignal;
}

/**
 * Runs the command of a recording.
 * @returns its output, both streams in the order of writing, as plain text
 * @throws OpsLabError `lab-broken` when something was left behind or the output is too long, and what the runtime throws
 */
export async function runRecording(lab: Lab, recording: RecordingSpec, environment: RecordEnvironment): Promise<string> {
  const { runtime, dataDirectory, onProgress, signal } = environment;
  const proof = await makeProofSession(dataDirectory);
  const learnerId = randomBytes(16).toString('hex');
  try {
    const session = await runtime.start({
      sessionId: proof.id,
      learnerId,
      lab: labOn(lab, runtime.kind),
      folder: proof.folder,
      onProgress,
      signal,
    });
    let output: string;
    try {
      await untilAborted(session.ready, AbortSignal.any([signal, timeout(READY_TIMEOUT_MS, 'The services were not up')]));
      await session.startLoad();
      await pause(recording.wait * 1000, signal);
      const argv = ['bash', '-c', `exec 2>&1\n${recording.command}`];
      const { stdout } = await session.exec(argv, { signal, timeoutMs: COMMAND_TIMEOUT_MS, env: SIZE });
      output = plainOutput(stdout);
    } finally {
      const left = await session.stop();
      if (left.length > 0) onProgress(`could not be removed: ${left.join(', ')}`);
    }
    if (output.length > OUTPUT_LIMIT) {
      throw new OpsLabError(
        'lab-broken',
        `The command gave ${output.length} characters; a recording has at most ${OUTPUT_LIMIT}. Let it print less.`,
      );
    }
    return output;
  } finally {
    await proof.remove();
  }
}

/** @returns null when the output is the recorded one up to its volatile parts, else the difference, line by line */
export function difference(recording: RecordingSpec, output: string): string | null {
  const [recorded, found] = [stableOutput(recording, recording.output), stableOutput(recording, output)];
  return recorded === found ? null : lineDiff(recorded.trimEnd(), found.trimEnd());
}

/** Writes the output into recordings/NAME.yaml; everything else of the file, comments too, stays as it is. */
export async function writeRecording(lab: Lab, name: string, output: string): Promise<void> {
  const path = join(lab.folder, 'recordings', `${name}.yaml`);
  const document = parseDocument(await readFile(path, 'utf8'));
  if (!isMap(document.contents)) throw new OpsLabError('lab-broken', `${path} is no map.`);
  const scalar = new Scalar(output);
  scalar.type = Scalar.BLOCK_LITERAL;
  const old = document.contents.get('output', true);
  if (isScalar(old)) scalar.comment = old.comment;
  document.set('output', scalar);
  await writeFile(`${path}.new`, document.toString({ lineWidth: 0 }));
  await rename(`${path}.new`, path);
}
