/** A probe that is a program of its own: a fresh process beside the observer, whose last line of output has the figures. */
import { spawn } from 'node:child_process';
import { GaveUp } from './probe-context.ts';

/** Bytes of output that are looked at; more than that is not kept. */
const OUTPUT_LIMIT = 1_000_000;

/**
 * @returns what the last line says, parsed
 * @throws GaveUp when the program cannot be started; Error when it fails or its last line is no JSON
 */
export function runProgram(argv: readonly string[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const [file = '', ...args] = argv;
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    // Whoever ends the observer ends the program too.
    process.once('exit', () => child.kill('SIGKILL'));
    let output = '';
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (text: string) => {
      output = (output + text).slice(-OUTPUT_LIMIT);
    });
    child.once('error', (error) => reject(new GaveUp(`${file} could not be started: ${error.message}`)));
    child.once('close', (code, signal) => {
      if (code !== 0) {
        reject(new Error(`${file} ended with ${signal ?? `status ${code}`}`));
        return;
      }
      try {
        resolve(JSON.parse(output.trimEnd().split('\n').at(-1) ?? ''));
      } catch {
        reject(new Error(`the last line of ${file} is no JSON`));
      }
    });
  });
}
