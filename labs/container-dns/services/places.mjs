/** Where things are. Without an engine all of it is on one machine, and these addresses are put on its loopback. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const HERE = '../workspace';
export const BOXES = `${HERE}/boxes`;
export const onOneMachine = existsSync(HERE);

export const RESOLVER = '10.99.0.53';
export const RETIRED = '10.99.0.54';

/** Within the session's own network namespace, which has nothing but loopback. */
export function addAddress(address) {
  try {
    execFileSync('ip', ['addr', 'add', `${address}/32`, 'dev', 'lo'], { stdio: 'ignore' });
  } catch {
    // It is there from before a restart.
  }
}
