import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { decodeHostFrame, encodeViewerFrame } from '../../../shared/terminal-wire/frames.ts';
import { prompted, shows, WAIT } from '../../../test-support/shows.ts';
import { memoryBinaryChannels } from '../../transports/memory.ts';
import { attach, makeTestShell, type TestShell, type TestViewer } from './test-terminal.ts';

let shell: TestShell;

beforeEach(() => {
  shell = makeTestShell();
});
afterEach(() => shell.close());

describe('viewers', () => {
  it('get a snapshot first, then output; all see the same', async () => {
    const terminal = shell.open();
    const first = attach(terminal);
    await prompted(first);
    first.type('echo he""llo\r');
    await shows(first, /^hello$/m);
    const second = attach(terminal);
    await shows(second, /^hello$/m);
    expect(second.frames).toEqual(['snapshot']);
    second.type('echo bo""th\r');
    await Promise.all([shows(first, /^both$/m), shows(second, /^both$/m)]);
    await vi.waitFor(() => expect(second.screen.snapshot()).toBe(first.screen.snapshot()), WAIT);
  });

  it('that attach in the middle of output miss nothing and see nothing twice', async () => {
    const terminal = shell.open({ scrollback: 20_000 });
    terminal.write('for i in {1..5000}; do echo "line $i."; done; echo en""d\r');
    const viewers: TestViewer[] = [];
    while (!/^end$/m.test(terminal.text())) {
      if (viewers.length < 20) viewers.push(attach(terminal));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    for (const viewer of viewers) {
      await shows(viewer, /^end$/m);
      const numbers = [...viewer.text().matchAll(/^line (\d+)\.$/gm)].map((match) => Number(match[1]));
      expect(numbers.at(-1)).toBe(5000);
      expect(numbers.every((number, index) => index === 0 || number === (numbers[index - 1] ?? 0) + 1)).toBe(true);
    }
  });

  it('may all leave: the shell goes on, and its screen is there for the next', async () => {
    const terminal = shell.open();
    const viewer = attach(terminal);
    viewer.type('sleep 0.2; echo la""ter\r');
    viewer.leave();
    await shows(terminal, /^later$/m);
    await shows(attach(terminal), /^later$/m);
    expect(viewer.text()).not.toMatch(/^later$/m);
  });

  it('do not answer queries; the screen does, once', async () => {
    const terminal = shell.open();
    const viewers = [attach(terminal), attach(terminal)];
    await prompted(terminal);
    terminal.write('printf \'\\e[6n\'; read -rsdR answer; echo "<$(cut -c3- <<<$answer)>"\r');
    await shows(terminal, /^(?:.*)<\d+;\d+>$/m);
    terminal.write('true\r');
    await prompted(terminal);
    expect(viewers.flatMap(({ replies }) => replies)).toEqual([]);
  });

  it('are told the size that another one set', async () => {
    const terminal = shell.open();
    const [one, two] = [attach(terminal), attach(terminal)];
    await prompted(two);
    one.say({ kind: 'resize', cols: 133, rows: 40 });
    expect([terminal.cols, terminal.rows, two.screen.cols, two.screen.rows]).toEqual([133, 40, 133, 40]);
    expect([one.screen.cols, one.screen.rows]).toEqual([133, 40]);
    one.type('stty size\r');
    await shows(two, /^40 133$/m);
    terminal.resize(100_000, -5);
    expect([terminal.cols, terminal.rows]).toEqual([500, 2]);
  });

  it('that ask for sizes in the same moment all end at the one that holds', async () => {
    const terminal = shell.open();
    const sizes = [
      { cols: 120, rows: 40 },
      { cols: 90, rows: 30 },
    ];
    // As the page: it takes its own size, asks for it, and takes what it is told. Frames are under way for a turn.
    const pages = sizes.map((own) => {
      const [near, far] = memoryBinaryChannels();
      const page = { size: { cols: 0, rows: 0 }, asked: 0 };
      near.onMessage((bytes) => {
        const frame = decodeHostFrame(bytes);
        if (frame.kind === 'snapshot') {
          page.size = own;
          page.asked += 1;
          near.send(encodeViewerFrame({ kind: 'resize', ...own }));
        } else if (frame.kind === 'size') page.size = { cols: frame.cols, rows: frame.rows };
      });
      terminal.attach(far);
      return page;
    });
    await vi.waitFor(() => {
      expect(pages.map(({ asked }) => asked)).toEqual([1, 1]);
      const held = { cols: terminal.cols, rows: terminal.rows };
      expect(sizes).toContainEqual(held);
      expect(pages.map(({ size }) => size)).toEqual([held, held]);
    }, WAIT);
  });

  it('are told what became of the size that they asked for', async () => {
    const terminal = shell.open();
    const [one, two] = [attach(terminal), attach(terminal)];
    await Promise.all([prompted(one), prompted(two)]);
    const told = (viewer: TestViewer) => viewer.frames.filter((kind) => kind === 'size').length;
    one.say({ kind: 'resize', cols: 600, rows: 30 });
    expect([one.screen.cols, two.screen.cols, told(one), told(two)]).toEqual([500, 500, 1, 1]);
    // The same once more, as the host has it: of interest to the one that asked alone.
    one.screen.resize(600, 30);
    one.say({ kind: 'resize', cols: 600, rows: 30 });
    expect([one.screen.cols, told(one), told(two)]).toEqual([500, 2, 1]);
  });

  it('that send rubbish are cut off alone', async () => {
    const terminal = shell.open();
    const [bad, good] = [attach(terminal), attach(terminal)];
    bad.say({ kind: 'input', bytes: new Uint8Array(100_000) });
    expect(bad.closed).toBe(true);
    // Not only of what is no frame: nothing that a message does may end the host.
    const unlucky = attach(terminal);
    vi.spyOn(terminal, 'write').mockImplementationOnce(() => {
      throw new Error('the pty is gone');
    });
    unlucky.type('x');
    expect(unlucky.closed).toBe(true);
    good.type('echo sti""ll\r');
    await shows(good, /^still$/m);
  });
});

describe('content', () => {
  it('characters that are split between reads arrive whole', async () => {
    const terminal = shell.open();
    const viewer = attach(terminal);
    terminal.write("printf '\\xf0\\x9f'; sleep 0.1; printf '\\x92\\x96'; sleep 0.1; printf '\\xe4'; sleep 0.1; printf '\\xb8\\x96|\\n'\r");
    await shows(viewer, /^💖世\|$/m);
  });

  it('characters that are split between reads arrive whole at a viewer that attaches in between', async () => {
    const terminal = shell.open();
    const early = attach(terminal);
    await prompted(early);
    early.type("printf '<%s\\xe4' half; read -rsn1; printf '\\xb8\\x96|\\n'\r");
    await shows(early, /^<half/m);
    const late = attach(terminal);
    await shows(late, /^<half$/m);
    late.type('x');
    await Promise.all([shows(early, /^<half世\|$/m), shows(late, /^<half世\|$/m)]);
  });

  it('input is bytes, whole across messages', async () => {
    const terminal = shell.open();
    const viewer = attach(terminal);
    await prompted(viewer);
    const bytes = Buffer.from('echo "<💖>"\r');
    for (const byte of bytes) viewer.say({ kind: 'input', bytes: Uint8Array.of(byte) });
    await shows(viewer, /^<💖>$/m);
  });

  it('finds a line that was printed, however it wrapped, and none that was not', async () => {
    const terminal = shell.open({ cols: 20 });
    terminal.write('echo EMFILE:   too many open files, "accept"\r');
    await shows(terminal, /^EMFILE/m);
    expect(await terminal.containsLine('EMFILE: too many open files, accept')).toBe(true);
    expect(await terminal.containsLine('  EMFILE:\ttoo many ')).toBe(true);
    expect(await terminal.containsLine('ENFILE')).toBe(false);
    expect(await terminal.containsLine(' \n')).toBe(false);
  });
});

describe('the end', () => {
  it('is told with its status, and the screen stays', async () => {
    const terminal = shell.open();
    const viewer = attach(terminal);
    await prompted(viewer);
    viewer.type('echo la""st; exit 3\r');
    await vi.waitFor(() => expect(viewer.exit).toEqual({ code: 3, signal: null }), WAIT);
    expect([terminal.state, terminal.exitCode]).toEqual(['exited', 3]);
    const late = attach(terminal);
    await shows(late, /^last$/m);
    expect(late.exit).toEqual({ code: 3, signal: null });
    terminal.write('ignored');
  });

  it('by a signal has no status', async () => {
    const terminal = shell.open();
    const viewer = attach(terminal);
    await prompted(viewer);
    viewer.type('kill -9 $$\r');
    await vi.waitFor(() => expect(viewer.exit).toEqual({ code: null, signal: 9 }), WAIT);
  });

  it('comes for a program that does not mind SIGHUP, too', async () => {
    const terminal = shell.open({
      command: {
        file: 'bash',
        args: ['-c', 'trap "" HUP; echo ready; while :; do sleep 0.1; done'],
        env: { PATH: process.env.PATH ?? '' },
        cwd: '/',
        captured: false,
      },
    });
    await shows(terminal, /^ready$/m);
    await terminal.close();
    expect(terminal.state).toBe('exited');
  });

  it('closes viewers, and calls `ended` of its command', async () => {
    let ended = 0;
    const terminal = shell.open({
      command: {
        file: 'sleep',
        args: ['100'],
        env: { PATH: process.env.PATH ?? '' },
        cwd: '/',
        captured: false,
        ended: async () => void ended++,
      },
    });
    const viewer = attach(terminal);
    await Promise.all([terminal.close(), terminal.close()]);
    expect([viewer.closed, ended]).toEqual([true, 1]);
    expect(attach(terminal).closed).toBe(true);
  });

  it('of the pty alone does no harm: sizes and input are taken while the program goes on', async () => {
    const before = ptys();
    const terminal = shell.open();
    const viewer = attach(terminal);
    await prompted(viewer);
    // Not ended by the SIGHUP that follows the pty's end.
    viewer.type("echo pid=$$; trap '' HUP; exec sleep 100 < /dev/null > /dev/null 2>&1\r");
    // Its descriptor is closed; the program that has left it lives.
    await vi.waitFor(() => expect(ptys()).toBe(before), WAIT);
    expect(terminal.state).toBe('running');
    viewer.say({ kind: 'resize', cols: 100, rows: 30 });
    viewer.type('nobody reads this\r');
    terminal.resize(110, 31);
    expect([terminal.cols, terminal.rows, viewer.closed]).toEqual([110, 31, false]);
    expect(terminal.state).toBe('running');
    process.kill(Number(/^pid=(\d+)$/m.exec(terminal.text())?.[1]), 'SIGKILL');
    await vi.waitFor(() => expect(viewer.exit).toEqual({ code: null, signal: 9 }), WAIT);
  });

  it('leaves no descriptor and no process', async () => {
    const children = () => readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim();
    const before = [ptys(), children()];
    const terminals = Array.from({ length: 5 }, () => shell.open({ recordingFile: join(shell.folder, `${Math.random()}.cast`) }));
    await Promise.all(terminals.map(prompted));
    expect(ptys()).toBe((before[0] as number) + 5);
    await Promise.all(terminals.map((terminal) => terminal.close()));
    await vi.waitFor(() => expect([ptys(), children()]).toEqual(before), WAIT);
  });
});

describe('coming back after a crash', () => {
  it('shows the screen from the recording, with the modes of the lost program off', async () => {
    const file = join(shell.folder, 'one.cast');
    const first = shell.open({ recordingFile: file });
    await prompted(first);
    first.write("echo be''fore; printf '\\e[?25l\\e[?1000h\\e[?1049h\\e[6n'\r");
    await vi.waitFor(() => expect(existsSync(file) && readFileSync(file, 'utf8')).toContain('\\u001b[?1049h'), WAIT);
    const commands: string[] = [];
    const second = shell.open({ restoreFrom: file });
    second.onCommand((event) => commands.push(event.type));
    const viewer = attach(second);
    await shows(viewer, /^before$(?:.|\n)*^\[the app was restarted: new shell\]\n\$ ?$/m);
    expect(viewer.screen.snapshot()).not.toMatch(/\x1b\[\?(?:25l|1000h|1049h)/);
    expect(commands).toEqual([]);
    viewer.type('echo af""ter\r');
    await shows(viewer, /^after$/m);
  });

  it('without a recording is a new terminal', async () => {
    const terminal = shell.open({ restoreFrom: join(shell.folder, 'none.cast') });
    await prompted(terminal);
    expect(terminal.text()).not.toContain('restarted');
  });
});

describe('a pty that cannot be spawned', () => {
  it('is an error with a code that says what to do, and the next one can be opened', async () => {
    const limit = (files: string) => execFileSync('prlimit', ['--pid', String(process.pid), `--nofile=${files}`]);
    const [soft = ''] = /Max open files +(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.slice(1) ?? [];
    const taken: number[] = [];
    limit('256:');
    try {
      expect(() => {
        for (;;) taken.push(openSync('/dev/null', 'r'));
      }).toThrow(expect.objectContaining({ code: 'EMFILE' }));
      expect(() => shell.open()).toThrow(
        expect.objectContaining({ code: 'runtime-unavailable', message: expect.stringContaining('Close terminals') }),
      );
    } finally {
      for (const file of taken) closeSync(file);
      limit(`${soft}:`);
    }
    await prompted(shell.open());
  });

  it('of a program that is missing ends at once and shows why', async () => {
    const terminal = shell.open({ command: { file: '/nowhere/bash', args: [], env: {}, cwd: shell.folder, captured: false } });
    await vi.waitFor(() => expect(terminal.state).toBe('exited'), WAIT);
    expect(terminal.exitCode).not.toBe(0);
    await shows({ text: () => terminal.text() }, /No such file/);
  });
});

/** Open ptys of this process. */
function ptys(): number {
  return readdirSync('/proc/self/fd').filter((fd) => linkOf(fd).includes('ptmx')).length;
}

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
}
