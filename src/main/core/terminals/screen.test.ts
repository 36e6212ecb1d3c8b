import { describe, expect, it } from 'vitest';
import { Screen } from './screen.ts';

function makeScreen() {
  const replies: string[] = [];
  const screen = new Screen({ cols: 20, rows: 5, scrollback: 50, onReply: (text) => replies.push(text) });
  const write = async (text: string) => {
    screen.write(Buffer.from(text));
    await new Promise<void>((resolve) => screen.settle(resolve));
  };
  return { screen, replies, write };
}

describe('text', () => {
  it('has scrollback and screen, and wrapped lines in one piece', async () => {
    const { screen, write } = makeScreen();
    await write(`${Array.from({ length: 8 }, (_, index) => `line ${index}`).join('\r\n')}\r\n${'word '.repeat(9)}end\r\n`);
    expect(screen.lines()).toEqual([...Array.from({ length: 8 }, (_, index) => `line ${index}`), `${'word '.repeat(9)}end`]);
  });

  it('holds both screens while the alternate one is shown', async () => {
    const { screen, write } = makeScreen();
    await write('shell\r\n\x1b[?1049hfull screen');
    expect(screen.lines()).toEqual(['shell', '', expect.stringMatching(/^ *full screen$/)]);
  });
});

describe('a snapshot', () => {
  it.each([
    ['colours and wide characters', '\x1b[31mred\x1b[0m 世界 👩‍👩‍👧\r\n$ '],
    ['a hidden cursor and mouse modes', '\x1b[?25l\x1b[?1000h\x1b[?1006h\x1b[?2004h text'],
    ['the alternate screen with a scroll region', 'before\x1b[?1049h\x1b[2;4r\x1b[3;2Hin the middle'],
    ['scrollback', 'a\r\n'.repeat(30)],
  ])('with %s makes the same screen again', async (_, text) => {
    const first = makeScreen();
    await first.write(text);
    const snapshot = first.screen.snapshot();
    const second = makeScreen();
    await second.write(snapshot);
    expect(second.screen.lines()).toEqual(first.screen.lines());
    expect(second.screen.snapshot()).toBe(snapshot);
  });

  it('keeps the scroll region at work', async () => {
    const first = makeScreen();
    await first.write('\x1b[?1049htop\x1b[5;1Hbottom\x1b[2;4r\x1b[4;1H');
    const second = makeScreen();
    await second.write(first.screen.snapshot());
    for (const { write } of [first, second]) await write('1\r\n2\r\n3\r\n4');
    expect(second.screen.lines()).toEqual(first.screen.lines());
    expect(second.screen.lines()).toContain('bottom');
  });
});

describe('answers', () => {
  it('come for the cursor position and the device', async () => {
    const { replies, write } = makeScreen();
    await write('ab\x1b[6n\x1b[c');
    expect(replies).toEqual(['\x1b[1;3R', '\x1b[?1;2c']);
  });

  it('are limited when a file asks ten thousand times', async () => {
    const { replies, write } = makeScreen();
    await write('\x1b[6n'.repeat(10_000));
    expect(replies.length).toBeLessThanOrEqual(150);
  });

  it('are not given during a replay, which leaves the modes that were on', async () => {
    const { screen, replies, write } = makeScreen();
    await new Promise<void>((resolve) => screen.replay('old\x1b[6n\x1b[?25l\x1b[?1000h\x1b[?1049hvim', 'new shell', resolve));
    expect(replies).toEqual([]);
    expect(screen.lines()).toEqual(['old', '[new shell]']);
    expect(screen.snapshot()).not.toMatch(/\x1b\[\?(?:25l|1000h|1049h)/);
    await write('\x1b[6n');
    expect(replies.length).toBe(1);
  });
});
