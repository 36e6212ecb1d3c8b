/** What a flood and a slow viewer do to a terminal. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FLOW } from '../../../shared/terminal-wire/flow.ts';
import { prompted, shows, WAIT } from '../../../test-support/shows.ts';
import { attach, makeTestShell, type TestShell } from './test-terminal.ts';

/** Above the mark: the piece that crossed it, and what Node had read when it was told to pause. */
const BOUND = FLOW.highMark + 3 * 64 * 1024;
let shell: TestShell;

beforeEach(() => {
  shell = makeTestShell();
});
afterEach(() => shell.close());

describe('flow control', () => {
  it('a flood never piles up beyond the mark, and Ctrl-C ends it', async () => {
    const terminal = shell.open();
    const viewer = attach(terminal);
    await prompted(viewer);
    viewer.type('yes\r');
    await vi.waitFor(() => expect(viewer.received).toBeGreaterThan(3_000_000), WAIT);
    expect(viewer.mostOwed).toBeLessThan(BOUND);
    const before = viewer.received;
    viewer.type('\x03');
    await shows(viewer, /\$ ?$/);
    // What was in flight is all that had to be drawn before the prompt.
    expect(viewer.received - before).toBeLessThan(BOUND);
  });

  it('a viewer that does not look pauses the pty', async () => {
    const terminal = shell.open();
    const viewer = attach(terminal);
    await prompted(viewer);
    viewer.stalled = true;
    viewer.type('yes\r');
    await vi.waitFor(() => expect(viewer.received).toBeGreaterThan(FLOW.highMark), WAIT);
    const before = viewer.received;
    let last = -1;
    await vi.waitFor(
      () => {
        const unchanged = viewer.received === last;
        last = viewer.received;
        expect(unchanged).toBe(true);
      },
      { ...WAIT, interval: 250 },
    );
    expect(viewer.received).toBeLessThan(Math.max(before, BOUND));
    viewer.wake();
    await vi.waitFor(() => expect(viewer.received).toBeGreaterThan(3_000_000), WAIT);
    viewer.type('\x03');
    await prompted(viewer);
  });

  it('a viewer that does not look is dropped so that another one can go on, and catches up with a snapshot', async () => {
    const terminal = shell.open();
    const [stalled, live] = [attach(terminal), attach(terminal)];
    await Promise.all([prompted(stalled), prompted(live)]);
    stalled.stalled = true;
    live.type('yes | head -c 6000000; echo do""ne\r');
    await shows(live, /^done$/m);
    expect(stalled.received).toBeLessThan(BOUND);
    stalled.wake();
    await shows(stalled, /^done$/m);
    expect(stalled.frames.filter((kind) => kind === 'snapshot').length).toBe(2);
    live.type('echo aga""in\r');
    await Promise.all([shows(stalled, /^again$/m), shows(live, /^again$/m)]);
  });

  it('with no viewer the flood goes on at the pace of the screen', async () => {
    const terminal = shell.open();
    terminal.write('yes | head -c 20000000; echo do""ne\r');
    await vi.waitFor(() => expect(terminal.text()).toMatch(/^done$/m), { timeout: 60_000, interval: 50 });
  }, 90_000);

  it('50 MB come through whole', async () => {
    const terminal = shell.open();
    const viewer = attach(terminal);
    await prompted(viewer);
    const start = viewer.received;
    viewer.type('head -c 50000000 /dev/zero | tr "\\0" x; echo; echo do""ne\r');
    await vi.waitFor(() => expect(viewer.text()).toMatch(/^done$/m), { timeout: 60_000, interval: 50 });
    expect(viewer.received - start).toBeGreaterThan(50_000_000);
    expect(viewer.mostOwed).toBeLessThan(BOUND);
  }, 90_000);

  it('the last output before the exit is not lost while the pty is paused', async () => {
    const terminal = shell.open();
    const viewer = attach(terminal);
    await prompted(viewer);
    viewer.stalled = true;
    viewer.type("exec bash -c \"head -c 560000 /dev/zero | tr '\\0' x; echo; echo la''st\"\r");
    await vi.waitFor(() => expect(terminal.state).toBe('exited'), WAIT);
    viewer.wake();
    await shows(viewer, /^last$/m);
  });
});

describe('the end', () => {
  it('under a flood needs no force', async () => {
    const terminal = shell.open();
    const viewer = attach(terminal);
    viewer.stalled = true;
    terminal.write('yes\r');
    await vi.waitFor(() => expect(viewer.received).toBeGreaterThan(FLOW.highMark), WAIT);
    await terminal.close();
    viewer.wake();
    // By SIGHUP, which a paused pty would have kept waiting, and not by the SIGKILL that follows.
    expect(viewer.exit).toEqual({ code: null, signal: 1 });
  });

  it('of a program that does not mind SIGHUP does not flood a viewer that does not look', async () => {
    const terminal = shell.open({
      command: {
        file: 'bash',
        args: ['-c', `trap "" HUP; while read -r; do break; done; while :; do echo -e "\\e[31m"{1..2000}; done`],
        env: { PATH: process.env.PATH ?? '' },
        cwd: '/',
        captured: false,
      },
    });
    const viewer = attach(terminal);
    await vi.waitFor(() => expect(viewer.frames).toEqual(['snapshot']), WAIT);
    viewer.stalled = true;
    terminal.write('go\r');
    await vi.waitFor(() => expect(viewer.received).toBeGreaterThan(FLOW.highMark), WAIT);
    await terminal.close();
    expect(viewer.received).toBeLessThan(BOUND);
    viewer.wake();
    expect([viewer.exit, viewer.closed]).toEqual([{ code: null, signal: 9 }, true]);
  });
});
