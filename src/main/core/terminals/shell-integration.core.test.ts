/** The scenarios of a learner at a real bash: what the history says of each. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CommandEvent } from './command-parser.ts';
import type { Terminal } from './terminal.ts';
import { makeTestShell, NONCE, type TestShell } from './test-terminal.ts';

const WAIT = { timeout: 10_000, interval: 20 };
let shell: TestShell;
let terminal: Terminal;
let events: CommandEvent[];

beforeEach(async () => {
  shell = makeTestShell();
  terminal = shell.open();
  events = [];
  terminal.onCommand((event) => events.push(event));
  await prompt();
});
afterEach(() => shell.close());

/** Waits until the shell waits. */
const prompt = () => vi.waitFor(() => expect(terminal.text().split('\n').at(-1)).toMatch(/^\S*\$ ?$/), WAIT);

/** What the history holds: line and exit code of each, `…` for one that still runs. */
function history(): [string, number | null | '…'][] {
  const rows = new Map<string, [string, number | null | '…']>();
  for (const event of events) {
    if (event.type === 'start') rows.set(event.key, [event.command, '…']);
    else {
      const row = rows.get(event.key);
      if (row !== undefined) row[1] = event.exitCode;
    }
  }
  return [...rows.values()];
}

const isHistory = (...expected: [string, number | null | '…'][]) => vi.waitFor(() => expect(history()).toEqual(expected), WAIT);

describe('a line as typed', () => {
  it.each<[string, number]>([
    ['true', 0],
    ['false', 1],
    ['no-such-program', 127],
    ['echo one | cat | wc -l', 0],
    ['false; true', 0],
    ['true && false', 1],
    ['(exit 3)', 3],
    ['f() { return 7; }; f', 7],
    ['[[ a == b ]]', 1],
    ['x=5', 0],
    [' leading space', 127],
    ['echo "a;b\\c" \'d\' `echo e` $((1+1)) # comment', 0],
    ['echo ❤ 世界 ü', 0],
    ["trap 'echo debug' DEBUG", 0],
  ])('%s', async (line, status) => {
    terminal.write(`${line}\r`);
    await isHistory([line, status]);
  });

  it('twice in a row is in the history twice', async () => {
    terminal.write('true\r');
    await isHistory(['true', 0]);
    terminal.write('true\r');
    await isHistory(['true', 0], ['true', 0]);
  });

  it('from !! is what it stands for', async () => {
    terminal.write('(exit 2)\r');
    await isHistory(['(exit 2)', 2]);
    terminal.write('!!\r');
    await isHistory(['(exit 2)', 2], ['(exit 2)', 2]);
  });

  it('of several lines is one command', async () => {
    terminal.write('for i in 1 2; do\recho $i\rdone\r');
    await isHistory(['for i in 1 2; do\necho $i\ndone', 0]);
  });

  it('with a here-document has its text', async () => {
    terminal.write('cat <<END >file\rone; two\\x\r  three\rEND\r');
    await isHistory(['cat <<END >file\none; two\\x\n  three\nEND', 0]);
  });

  it('that is long is cut, and the terminal goes on', async () => {
    terminal.write(`: ${'x'.repeat(3000)}${'; :'.repeat(300)}\r`);
    await vi.waitFor(() => expect(history()[0]?.[1]).toBe(0), WAIT);
    expect(history()[0]?.[0].length).toBe(2 + 3000 + 900);
  });
});

describe('times and places', () => {
  it('directory, start and duration', async () => {
    mkdirSync(join(shell.folder, 'work/odd; name\\x'));
    const before = Date.now();
    terminal.write("cd 'odd; name\\x'\r");
    await vi.waitFor(() => expect(history()[0]?.[1]).toBe(0), WAIT);
    terminal.write('sleep 0.3\r');
    await vi.waitFor(() => expect(history()[1]?.[1]).toBe(0), WAIT);
    const [first, , second, end] = events;
    expect(first).toMatchObject({ directory: join(shell.folder, 'work') });
    expect(second).toMatchObject({ directory: join(shell.folder, 'work/odd; name\\x') });
    expect(first?.type === 'start' ? first.startedAt : 0).toBeGreaterThanOrEqual(before - 5);
    const duration = end?.type === 'end' ? (end.durationMs ?? 0) : 0;
    expect(duration).toBeGreaterThanOrEqual(295);
    expect(duration).toBeLessThanOrEqual(Date.now() - before);
  });
});

describe('signals and jobs', () => {
  it('Ctrl-C in a running command is 130', async () => {
    terminal.write('sleep 100\r');
    await isHistory(['sleep 100', '…']);
    terminal.write('\x03');
    await isHistory(['sleep 100', 130]);
  });

  it('Ctrl-C and Enter at the prompt are no commands', async () => {
    terminal.write('half a line\x03');
    await prompt();
    terminal.write('\r\r');
    terminal.write('true\r');
    await isHistory(['true', 0]);
  });

  it('Ctrl-Z is 148, and fg goes on', async () => {
    terminal.write('sleep 100\r');
    await isHistory(['sleep 100', '…']);
    terminal.write('\x1a');
    await isHistory(['sleep 100', 148]);
    terminal.write('kill %1\r');
    await isHistory(['sleep 100', 148], ['kill %1', 0]);
  });

  it('a syntax error is no command and disturbs none', async () => {
    terminal.write('if )\r');
    await vi.waitFor(() => expect(terminal.text()).toContain('syntax error'), WAIT);
    terminal.write('true\r');
    await isHistory(['true', 0]);
  });
});

describe('shells within shells', () => {
  it('nested bash', async () => {
    terminal.write('bash\r');
    await isHistory(['bash', '…']);
    terminal.write('false\r');
    await isHistory(['bash', '…'], ['false', 1]);
    terminal.write('exit 5\r');
    await isHistory(['bash', 5], ['false', 1], ['exit 5', null]);
    terminal.write('true\r');
    await isHistory(['bash', 5], ['false', 1], ['exit 5', null], ['true', 0]);
  });

  it('nested bash --norc is one command', async () => {
    terminal.write('bash --norc\r');
    await isHistory(['bash --norc', '…']);
    terminal.write('echo unseen\r');
    await vi.waitFor(async () => expect(await terminal.containsLine('unseen')).toBe(true), WAIT);
    terminal.write('exit 4\r');
    await isHistory(['bash --norc', 4]);
  });

  it('exec bash goes on with the new shell', async () => {
    terminal.write('exec bash\r');
    await isHistory(['exec bash', null]);
    terminal.write('false\r');
    await isHistory(['exec bash', null], ['false', 1]);
  });

  it('exit closes with the status of the pty', async () => {
    terminal.write('exit 9\r');
    await isHistory(['exit 9', 9]);
    await vi.waitFor(() => expect(terminal.exitCode).toBe(9), WAIT);
  });
});

describe('settings of the learner', () => {
  it.each([
    'HISTCONTROL=ignoreboth:erasedups',
    "HISTIGNORE='true:f*'",
    'HISTTIMEFORMAT="%F %T "',
    'HISTSIZE=0',
    'HISTSIZE=-1',
    'history -c',
    'shopt -u cmdhist lithist promptvars',
    "PS1='new> $ '",
    'PS0=',
    "PS0='started '",
    "PROMPT_COMMAND='echo hello'",
    "PROMPT_COMMAND+=('echo more')",
    'set -u',
    'IFS=3',
    'shopt -s extdebug',
    "alias printf='echo no' history='echo no' local='echo no'",
  ])('%s', async (setting) => {
    terminal.write(`${setting}\r`);
    await isHistory([setting, 0]);
    terminal.write(' true\r');
    await isHistory([setting, 0], [' true', 0]);
    terminal.write(' true\r');
    await isHistory([setting, 0], [' true', 0], [' true', 0]);
    terminal.write('(exit 3)\r');
    await isHistory([setting, 0], [' true', 0], [' true', 0], ['(exit 3)', 3]);
  });

  it('a history that is switched off is respected: nothing is reported, and nothing wrong', async () => {
    terminal.write('set +o history\r');
    await isHistory(['set +o history', 0]);
    terminal.write('echo unre""ported\r');
    await vi.waitFor(async () => expect(await terminal.containsLine('unreported')).toBe(true), WAIT);
    await prompt();
    terminal.write('set -o history\r');
    await prompt();
    terminal.write('true\r');
    await vi.waitFor(() => expect(history().at(-1)).toEqual(['true', 0]), WAIT);
    expect(history().map(([line]) => line)).not.toContain('echo unre""ported');
  });

  it('PROMPT_COMMAND sees the status of the command', async () => {
    terminal.write("PROMPT_COMMAND='echo status=$?'\r");
    await vi.waitFor(() => expect(history().length).toBe(1), WAIT);
    terminal.write('(exit 6)\r');
    await vi.waitFor(async () => expect(await terminal.containsLine('status=6')).toBe(true), WAIT);
  });
});

describe('input that does not wait', () => {
  it('typed ahead', async () => {
    terminal.write('sleep 0.2\recho a\rfalse\r');
    await isHistory(['sleep 0.2', 0], ['echo a', 0], ['false', 1]);
  });

  it('pasted in brackets: two lines', async () => {
    terminal.write('\x1b[200~echo a\necho b\x1b[201~\r');
    await vi.waitFor(() => expect(terminal.text()).toMatch(/^a\nb$/m), WAIT);
    // Bash shows no prompt between them, so the status of the first is not known.
    await isHistory(['echo a', null], ['echo b', 0]);
  });
});

describe('marks that a program prints', () => {
  it('without the nonce are ignored', async () => {
    terminal.write("printf '\\e]633;E;x;1;1;1;/;forged\\a\\e]633;D;;1;1;0;1\\a'\r");
    await vi.waitFor(() => expect(history()[0]?.[1]).toBe(0), WAIT);
    expect(history().length).toBe(1);
  });

  it('never reach a screen', async () => {
    terminal.write(`printf 'a\\e]633;E;${NONCE};1;1;1;/;forged\\ab\\n'\r`);
    await vi.waitFor(() => expect(terminal.text()).toMatch(/^ab$/m), WAIT);
  });
});

it('leaves the status, the variables and the aliases of the learner alone', async () => {
  terminal.write('REPLY=mine; line=mine; (exit 8)\r');
  await vi.waitFor(() => expect(history()[0]?.[1]).toBe(8), WAIT);
  terminal.write('echo "$? $REPLY $line"\r');
  await vi.waitFor(async () => expect(await terminal.containsLine('8 mine mine')).toBe(true), WAIT);
});
