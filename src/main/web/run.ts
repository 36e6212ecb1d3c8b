/** From the host's start to its end: what is printed, new links, signals. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { isLive } from '../../shared/domain/session-state.ts';
import type { Core } from '../core/core.ts';
import { keptSessions } from './kept-sessions.ts';
import { openBrowser } from './open-browser.ts';
import { createWebHost, type WebHostOptions } from './web-host.ts';

/** How long closing may take before the process ends anyway, in milliseconds. */
const CLOSE_LIMIT_MS = 5_000;

async function liveSessions(core: Core): Promise<number> {
  const caller = { learnerId: core.learners.current().id, role: 'local' as const, loopback: true };
  return (await core.sessions.list(caller)).filter((session) => isLive(session.state)).length;
}

/** Resolves with the first of the signals that end a program; later ones while it closes change nothing. */
function endSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
}

export interface RunOptions extends WebHostOptions {
  readonly open: boolean;
  /** The data directory that commands take when none is named. */
  readonly usualDataDirectory: string;
}

/**
 * Serves the core until SIGINT, SIGTERM or SIGHUP (its terminal window was closed), then closes both.
 * @returns the exit status
 */
export async function runWebHost(core: Core, options: RunOptions): Promise<number> {
  const ended = endSignal();
  const host = await createWebHost(core, options).catch(async (error: unknown) => {
    await core.close();
    throw error;
  });
  const another = () => console.log(`Ops Lab is at ${host.newLink()}`);
  if (process.stdin.isTTY) {
    // A terminal that is gone fails once more to be read, after SIGHUP.
    process.stdin.on('error', () => {});
    process.stdin.on('data', another).unref();
  }
  // Before the first link is printed: who has read it may ask for another, and unheard the signal would end the process.
  if (process.platform !== 'win32') process.on('SIGUSR2', another);
  const link = host.newLink();
  console.log(`Ops Lab is at ${link}`);
  if (options.open) openBrowser(link, options.dataDirectory);
  await ended;

  const limit = setTimeout(() => {
    console.error(`ops-lab: closing took more than ${CLOSE_LIMIT_MS} ms; what is left is swept at the next start`);
    process.exit(1);
  }, CLOSE_LIMIT_MS);
  const kept = core.settings.get().onClose === 'stop' ? 0 : await liveSessions(core);
  await host.close();
  await core.close();
  rmSync(join(options.dataDirectory, 'open.html'), { force: true });
  clearTimeout(limit);
  if (kept > 0) console.log(keptSessions(kept, options.dataDirectory, options.usualDataDirectory));
  return 0;
}
