/** The built web host is killed in mid-session, again and again: what it acknowledged is there, and the session goes on. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { BUILT, BuiltHost, until, view } from '../../test-support/built-host.ts';
import { labOnDisk } from '../../test-support/lab-on-disk.ts';
import { needsNamespaces } from '../../test-support/requirements.ts';

const KILLS = 20;

test.skipIf(!needsNamespaces())(
  `${KILLS} kills in mid-session lose no acknowledged command, damage nothing, and the session comes back with its screen`,
  { timeout: 400_000 },
  async () => {
    const disk = await labOnDisk('quick');
    const dataDirectory = mkdtempSync(join(tmpdir(), 'ops-lab-kill-'));
    let host = new BuiltHost(dataDirectory, disk.labs);
    const clean = () =>
      promisify(execFile)(process.execPath, [join(BUILT, 'cli.js'), 'clean', '--data-dir', dataDirectory], {
        env: { ...process.env, OPS_LAB_ENGINE: 'none' },
        timeout: 40_000,
      });
    onTestFinished(async () => {
      await host.kill();
      // After a failure a session still runs, whose folder must not be pulled away from under it.
      await clean();
      rmSync(dataDirectory, { recursive: true, force: true });
      await disk.remove();
    });
    let client = await host.connect();
    const { id: sessionId } = await client.sessions.start({ labId: 'quick', runtime: 'shell' });
    const session = () => client.sessions.get({ sessionId });
    const first = await until('the session to run', async () => {
      const now = await session();
      return now.state === 'running' && now;
    });
    const terminalId = first.terminals[0]?.id ?? '';
    const acknowledged = new Set<string>();
    const look = async (text: string) => {
      const { commands } = await client.history.search({ text, failedOnly: false, limit: 100 });
      for (const { command } of commands) acknowledged.add(command);
      return commands.length;
    };

    for (let round = 1; round <= KILLS; round++) {
      const terminal = await view(host, terminalId);
      terminal.type(`printf 'seen-%s-${round}\\n' it\n`);
      await until('the output', () => terminal.shown().includes(`seen-it-${round}`));
      await until('the command', () => look(`seen-%s-${round}`));
      // In the middle of more: as soon as one of them was acknowledged.
      terminal.type(Array.from({ length: 8 }, (_, each) => `: burst-${round}-${each}\n`).join(''));
      await until('one of a burst', () => look(`burst-${round}-`));
      await host.kill();

      const database = new Database(join(dataDirectory, 'ops-lab.sqlite'), { readonly: true });
      expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
      const kept = new Set(database.prepare<[], string>('SELECT command FROM commands').pluck().all());
      database.close();
      expect([...acknowledged].filter((command) => !kept.has(command))).toEqual([]);

      host = new BuiltHost(dataDirectory, disk.labs);
      client = await host.connect();
      expect((await client.app.info()).notices).toEqual([]);
      await until('the session to run again', async () => (await session()).state === 'running');
      expect((await session()).terminals.map(({ id }) => id)).toContain(terminalId);
      const back = await view(host, terminalId);
      await until('the screen', () => back.shown().includes(`seen-it-${round}`));
    }
    expect(acknowledged.size).toBeGreaterThanOrEqual(2 * KILLS);
    // Once more, and nobody comes back: what is left is found and removed by one command.
    await host.kill();
    expect(processesOf(sessionId)).not.toEqual([]);
    const { stdout } = await clean();
    expect(stdout).toContain(`removed the processes of session ${sessionId}`);
    await expect.poll(() => processesOf(sessionId), { timeout: 20_000 }).toEqual([]);
    host = new BuiltHost(dataDirectory, disk.labs);
    client = await host.connect();
    expect(await session()).toMatchObject({ state: 'lost', message: expect.stringMatching(/./) });
    expect((await client.sessions.stop({ sessionId })).state).toBe('stopped');
    expect((await client.history.search({ text: 'seen-%s-1', failedOnly: false, limit: 1 })).commands).toHaveLength(1);
  },
);

/** Programs that name the session in their command line: those of its supervisor. */
function processesOf(sessionId: string): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(sessionId);
    } catch {
      return false;
    }
  });
}
