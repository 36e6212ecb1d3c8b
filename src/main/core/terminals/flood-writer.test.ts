/** Of a flood a terminal parses what is left at its end: the result is that of one that parsed all of it. */
import { createRequire } from 'node:module';
import { setTimeout as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FloodWriter } from '../../../shared/terminal-screen/flood-writer.ts';
import { ScrollRegion } from '../../../shared/terminal-screen/scroll-region.ts';
import { Screen } from './screen.ts';

const require = createRequire(import.meta.url);
const { Terminal: Headless } = require('@xterm/headless') as typeof import('@xterm/headless');
const { SerializeAddon } = require('@xterm/addon-serialize') as typeof import('@xterm/addon-serialize');

const SCROLLBACK = 60;
/** Pieces of a flood, and such that are never held back. */
const LARGE = 16 * 1024;
const SMALL = 4 * 1024;

/** `at-once`: all pieces; `taken`: each when the terminal can do with more; `shown`: so that it is shown in between, too. */
type Pace = 'at-once' | 'taken' | 'shown';

/** What these writes leave, as escape sequences; each is cut into pieces. */
async function leaves(writes: readonly string[], pieceSize: number, pace: Pace): Promise<string> {
  const terminal = new Headless({ cols: 40, rows: 10, scrollback: SCROLLBACK, allowProposedApi: true });
  const serialize = new SerializeAddon();
  terminal.loadAddon(serialize);
  const showEveryMs = pace === 'shown' ? 1 : null;
  const writer = new FloodWriter(terminal, new ScrollRegion(terminal), { scrollback: () => SCROLLBACK, showEveryMs });
  try {
    for (const text of writes) {
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; at += pieceSize) {
        const taken = new Promise<void>((resolve) => writer.write(bytes.subarray(at, at + pieceSize), resolve));
        if (pace !== 'at-once') await taken;
        if (pace === 'shown') await turn(2);
      }
    }
    await new Promise<void>((resolve) => writer.settle(resolve));
    return serialize.serialize();
  } finally {
    writer.dispose();
    terminal.dispose();
  }
}

/** So many numbered lines; the texts need no more than one code point for a character, since pieces may end between two. */
const flood = (end: string) =>
  fc.record({
    text: fc.constantFrom('short', 'longer than one row of this terminal has columns for', 'with\ttab', '世界 ü', ''),
    end: fc.constant(end),
    count: fc.nat({ max: 3000 }),
  });

const mode = fc.constantFrom(
  ...['\x1b[31m', '\x1b[0m', '\x1b[44m', '\x1b[3;7r', '\x1b[r', '\x1b[?1049h', '\x1b[?1049l', '\x1b[4h', '\x1b[4l', '\x1b[?7l', '\x1b[?7h'],
  ...['\x1b[H', '\x1b[2J', '\x1b[5;20H', '\x1b[10;1H', '\x1b[3A', '\x1b[L', '\x1b7', '\x1b8', '\x1b(0', '\x1b(B', '\x1b[20h'],
  ...['\x1b[!p', '\x1bc', 'unfinished', '\b\b', '\x1b]8;;http://localhost/\x1b\\', '\x1b]8;;\x1b\\', '\x1b[b'],
);

const textOf = (write: string | { text: string; end: string; count: number }) =>
  typeof write === 'string' ? write : Array.from({ length: write.count }, (_, index) => `${index} ${write.text}${write.end}`).join('');

/** Where the two differ first, in few words. */
async function difference(writes: readonly string[], pace: Pace = 'taken'): Promise<string | null> {
  const whole = (await leaves(writes, SMALL, 'taken')).split('\n');
  const trimmed = (await leaves(writes, LARGE, pace)).split('\n');
  const at = whole.findIndex((line, index) => line !== trimmed[index]);
  if (at === -1 && whole.length === trimmed.length) return null;
  return `line ${at}: ${JSON.stringify(trimmed[at]?.slice(0, 100))}, not ${JSON.stringify(whole[at]?.slice(0, 100))}`;
}

describe('a flood', () => {
  it('leaves what it would have left, whatever came before and comes after', async () => {
    const writes = fc.array(fc.oneof(mode, mode, flood('\r\n'), flood('\r\n'), flood('\n'), flood('\r')), { minLength: 2, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(writes, fc.constantFrom<Pace>('at-once', 'taken', 'shown'), async (parts, pace) => {
        expect(await difference(parts.map(textOf), pace)).toBe(null);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['lines', 'a line of the flood\r\n', 200_000],
    ['lines that only go down', 'down\n', 300_000],
    ['one endless line', 'endless ', 300_000],
    ['long lines', `${'long '.repeat(1000)}\r\n`, 600],
  ])('of megabytes of %s does so too', async (_, text, count) => {
    const writes = ['\x1b[32mbefore\r\n', text.repeat(count), '\x1b[0mafter\r\n$ '];
    expect(await difference(writes)).toBe(null);
    expect(await difference(writes, 'shown')).toBe(null);
  });

  it('below a scroll region overwrites its line, also when the region was not parsed yet', async () => {
    const writes = ['\x1b[3;7r\x1b[10;1H', `first\r\nlonger than what follows\r\n${'short\r\n'.repeat(2 * LARGE)}`];
    expect(await difference(writes, 'at-once')).toBe(null);
    expect(await difference(writes)).toBe(null);
  });

  it('behind a snapshot counts with the scroll region that the snapshot sets, as the page writes both', async () => {
    const leftBy = async (pieceSize: number) => {
      const terminal = new Headless({ cols: 40, rows: 10, scrollback: SCROLLBACK, allowProposedApi: true });
      const serialize = new SerializeAddon();
      terminal.loadAddon(serialize);
      const region = new ScrollRegion(terminal);
      const writer = new FloodWriter(terminal, region, { scrollback: () => SCROLLBACK, showEveryMs: 100 });
      try {
        await new Promise<void>((resolve) =>
          writer.settle(() => {
            terminal.reset();
            region.reset();
            writer.writeText('top\r\nsecond\r\n\x1b[3;7r\x1b[10;1H');
            const bytes = Buffer.from(`first\r\nlonger than what follows\r\n${'short\r\n'.repeat(2 * LARGE)}`);
            for (let at = 0; at < bytes.length; at += pieceSize) writer.write(bytes.subarray(at, at + pieceSize));
            writer.write(Buffer.from('\x1b[32m$ '));
            writer.settle(resolve);
          }),
        );
        return serialize.serialize();
      } finally {
        writer.dispose();
        terminal.dispose();
      }
    };
    expect(await leftBy(LARGE)).toBe(await leftBy(SMALL));
  });

  it('shows its newest lines while it goes on', async () => {
    const terminal = new Headless({ cols: 40, rows: 4, scrollback: SCROLLBACK, allowProposedApi: true });
    const writer = new FloodWriter(terminal, new ScrollRegion(terminal), { scrollback: () => SCROLLBACK, showEveryMs: 5 });
    const shown: string[] = [];
    terminal.onWriteParsed(() => {
      const { baseY } = terminal.buffer.active;
      shown.push([0, 1, 2, 3].map((row) => terminal.buffer.active.getLine(baseY + row)?.translateToString(true)).join(', '));
    });
    for (const round of [1, 2, 3]) {
      const lines = Array.from({ length: 3000 }, (_, index) => `${round}-${index}\r\n`).join('');
      writer.write(Buffer.from(`${lines}not yet a line`));
      await expect.poll(() => shown).toContain(`${round}-2997, ${round}-2998, ${round}-2999, `);
    }
    writer.dispose();
    terminal.dispose();
  });

  it('that goes on is there for who asks', async () => {
    const screen = new Screen({ cols: 40, rows: 10, scrollback: SCROLLBACK, onReply: () => {} });
    screen.write(Buffer.from('line\r\n'.repeat(LARGE)));
    screen.write(Buffer.from('so far'));
    await new Promise<void>((resolve) => screen.settle(resolve));
    expect(screen.lines().at(-1)).toBe('so far');
    screen.dispose();
  });

  it('that is over is on the screen without being asked for', async () => {
    const screen = new Screen({ cols: 40, rows: 10, scrollback: SCROLLBACK, onReply: () => {} });
    screen.write(Buffer.from(`${'line\r\n'.repeat(LARGE)}the end`));
    await expect.poll(() => screen.lines().at(-1)).toBe('the end');
    screen.dispose();
  });
});
