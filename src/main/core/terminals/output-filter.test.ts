import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Filtered, OutputFilter } from './output-filter.ts';

/** Filters `input` in pieces that end at `cuts`. */
function filter(input: string | Uint8Array, cuts: readonly number[] = []) {
  const bytes = Buffer.from(input as string);
  const filtering = new OutputFilter();
  const viewers: Uint8Array[] = [];
  const screen: Uint8Array[] = [];
  const marks: string[] = [];
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  const take = (filtered: Filtered) => {
    viewers.push(filtered.viewers);
    screen.push(filtered.screen);
    marks.push(...filtered.marks);
  };
  let start = 0;
  for (const end of [...ends, bytes.length]) {
    take(filtering.push(bytes.subarray(start, end)));
    start = end;
  }
  take(filtering.end());
  return { viewers: Buffer.concat(viewers).toString(), screen: Buffer.concat(screen).toString(), marks };
}

const passes = (text: string) => expect(filter(text)).toEqual({ viewers: text, screen: text, marks: [] });
const becomes = (text: string, expected: string) =>
  expect(filter(`a${text}b`)).toEqual({ viewers: `a${expected}b`, screen: `a${expected}b`, marks: [] });
const asks = (text: string) => expect(filter(`a${text}b`)).toEqual({ viewers: 'ab', screen: `a${text}b`, marks: [] });

describe('what passes', () => {
  it('text in any script, with colours, movements and modes', () => {
    passes('plain\r\n\x1b[1;32mgreen\x1b[0m ° é « ❤ 世界 👩‍👩‍👧 \x1b[?1049h\x1b[2J\x1b[5;5H\x1b(0lqk\x1b(B\x1b7\x1b8\x1bM\x07\t');
  });

  it('bytes that are no UTF-8', () => {
    const bytes = Uint8Array.of(0x61, 0xff, 0x9d, 0xe2, 0x62);
    expect(Buffer.from(new OutputFilter().push(bytes).viewers)).toEqual(Buffer.from(bytes));
  });

  it('a plain chunk without being copied', () => {
    const bytes = Buffer.from('nothing special');
    expect(new OutputFilter().push(bytes).viewers).toBe(bytes);
  });

  it('titles, clipped and without invisible characters', () => {
    becomes('\x1b]0;title\x07', '\x1b]0;title\x07');
    becomes('\x1b]2;a\u202eb\u200bc\x1b\\', '\x1b]2;abc\x07');
    becomes(`\x1b]2;${'x'.repeat(500)}\x07`, `\x1b]2;${'x'.repeat(200)}\x07`);
  });

  it('links to http and https, without other parameters than an id', () => {
    becomes('\x1b]8;id=7:foo=bar;https://example.org/a?b#c\x07', '\x1b]8;id=7;https://example.org/a?b#c\x1b\\');
    becomes('\x1b]8;;\x07', '\x1b]8;;\x1b\\');
  });

  it('colours that are set', () => becomes('\x1b]11;rgb:00/00/00\x07', '\x1b]11;rgb:00/00/00\x1b\\'));
});

describe('a character that is not finished', () => {
  const textOf = (filtered: Filtered) => Buffer.from(filtered.viewers).toString();

  it('waits for its end, wherever it is cut', () => {
    for (const character of ['°', '世', '💖']) {
      const bytes = Buffer.from(character);
      for (let cut = 1; cut < bytes.length; cut++) {
        const filtering = new OutputFilter();
        expect(textOf(filtering.push(Buffer.concat([Buffer.from('a'), bytes.subarray(0, cut)])))).toBe('a');
        // One byte at a time.
        for (const byte of bytes.subarray(cut, -1)) expect(textOf(filtering.push(Uint8Array.of(byte)))).toBe('');
        expect(textOf(filtering.push(Buffer.concat([bytes.subarray(-1), Buffer.from('|')])))).toBe(`${character}|`);
      }
    }
  });

  it('comes unchanged when something else follows, and at the end', () => {
    const filtering = new OutputFilter();
    expect([...filtering.push(Uint8Array.of(0x61, 0xe4, 0xb8)).viewers]).toEqual([0x61]);
    expect([...filtering.push(Uint8Array.of(0x62, 0xf0)).viewers]).toEqual([0xe4, 0xb8, 0x62]);
    expect([...filtering.end().viewers]).toEqual([0xf0]);
    expect([...filtering.end().viewers]).toEqual([]);
  });

  it('is not what no character begins with', () => {
    for (const bytes of [[0x80], [0xc1], [0xf5], [0xff], [0x61, 0x9d, 0x9d, 0x9d, 0x9d]]) {
      expect([...new OutputFilter().push(Uint8Array.from(bytes)).viewers]).toEqual(bytes);
    }
  });
});

describe('what is dropped', () => {
  it.each([
    ['clipboard', '\x1b]52;c;aGVsbG8=\x07'],
    ['reading the clipboard', '\x1b]52;c;?\x1b\\'],
    ['working directory', '\x1b]7;file://host/etc\x07'],
    ['notifications', '\x1b]9;hello\x07\x1b]99;i=1;hello\x1b\\\x1b]777;notify;a;b\x07'],
    ['files', '\x1b]1337;File=name=eA==:AAAA\x07'],
    ['an unknown number', '\x1b]31337;x\x07'],
    ['colour queries', '\x1b]10;?\x07\x1b]4;1;?\x1b\\'],
    ['images (sixel, kitty)', '\x1bPq#0;2;0;0;0~~\x1b\\\x1b_Gf=32;AAAA\x1b\\'],
    ['terminfo queries', '\x1bP+q544e\x1b\\'],
    ['PM and SOS', '\x1b^secret\x1b\\\x1bXsecret\x1b\\'],
    ['window operations', '\x1b[21t\x1b[8;10;10t\x1b[14t'],
    ['8-bit controls', '\u009d52;c;eA==\u009c'.replace('52;c;eA==', '')],
    ['an endless control sequence', `\x1b[${'1;'.repeat(5000)}m`],
    ['a string over 4 kB', `\x1b]0;${'x'.repeat(5000)}\x07`],
  ])('%s', (_, text) => becomes(text, ''));

  it('links that lead elsewhere become the end of a link', () => {
    for (const address of [
      'javascript:alert(1)',
      'file:///etc/passwd',
      'data:text/html,x',
      'ssh://host',
      'https://a b',
      `https://${'x'.repeat(3000)}`,
    ]) {
      becomes(`\x1b]8;;${address}\x07`, '\x1b]8;;\x1b\\');
    }
  });

  it('an OSC that is hidden behind a control character, or taken up by the next ESC', () => {
    expect(filter('a\x1b\n]52;c;eA==\x07b').viewers).toBe('a\nb');
    expect(filter('a\x1b\x1b]52;c;eA==\x07b').viewers).toBe('ab');
    expect(filter('a\x1b[1\x1b]52;c;eA==\x07b').viewers).toBe('ab');
  });

  it('8-bit controls behind a byte that only looks like the beginning of a character', () => {
    const leads = [[0xc2], [0xc2, 0xc2], [0xc2, 0xe4], [0xc2, 0xff], [0xe4, 0xb8], [0xf0, 0x9f, 0x92], [0xc0]];
    for (const lead of leads) {
      for (const control of [0x9b, 0x9d, 0x90, 0x84]) {
        const bytes = Uint8Array.of(0x41, ...lead, 0xc2, control, 0x36, 0x6e);
        for (const { viewers, screen } of [new OutputFilter().push(bytes), new OutputFilter().push(bytes.subarray(1))]) {
          expect(Buffer.from(viewers).toString()).not.toMatch(/[\x80-\x9f]/);
          expect(Buffer.from(screen).toString()).not.toMatch(/[\x80-\x9f]/);
        }
      }
    }
  });

  it('nothing that dropping would put together', () => {
    const glued = filter(
      Buffer.concat([Buffer.from([0xc2]), Buffer.from('\x1b]9;x\x07'), Buffer.from([0x9d]), Buffer.from('52;c;eA==\x07')]),
    );
    expect(glued.viewers).not.toContain('\u009d');
    expect(filter('\x1b\u009d]52;c;eA==\x07').viewers).toBe(']52;c;eA==\x07');
  });
});

describe('queries go to the screen only', () => {
  it.each([
    '\x1b[c',
    '\x1b[>c',
    '\x1b[6n',
    '\x1b[?6n',
    '\x1b[?2004$p',
    '\x1b[4$p',
    '\x1b[>q',
    '\x1b[?u',
    '\x1b[x',
    '\x1bZ',
    '\x1bP$qm\x1b\\',
  ])('%j', asks);

  it('what only looks like one passes', () => passes('\x1b[!p\x1b[2 q\x1b[3u'));
});

describe('marks', () => {
  it('are taken out of the output', () => {
    expect(filter('a\x1b]633;D;n;1;1;0\x07b\x1b]133;A\x07c')).toEqual({ viewers: 'abc', screen: 'abc', marks: ['D;n;1;1;0'] });
  });

  it('may be longer than other strings, and are dropped beyond 40 kB', () => {
    expect(filter(`\x1b]633;E;${'x'.repeat(32_000)}\x07`).marks[0]?.length).toBe(32_002);
    expect(filter(`\x1b]633;E;${'x'.repeat(50_000)}\x07end`)).toEqual({ viewers: 'end', screen: 'end', marks: [] });
  });
});

it('does not depend on where chunks end', () => {
  const piece = fc.constantFrom(
    'text ',
    '°é❤👩‍👩‍👧',
    '\x1b',
    '[',
    ']',
    'P',
    '_',
    ';',
    '52',
    '633;E;n',
    '0;title',
    '?',
    '$q',
    'm',
    'n',
    't',
    '\x07',
    '\x1b\\',
    '\x18',
    '\n',
    '\x1b[1m',
    '\u009d',
    '\x7f',
    '8;;https://a.b',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), fc.array(fc.nat(), { maxLength: 12 }), (pieces, cuts) => {
      const text = pieces.join('');
      expect(filter(text, cuts)).toEqual(filter(text));
    }),
    { numRuns: 2000 },
  );
});

it('leaves nothing to find for a second filter', () => {
  const byte = fc.constantFrom(0x1b, 0x5b, 0x5d, 0x50, 0x5f, 0x3b, 0x35, 0x32, 0x07, 0x5c, 0xc2, 0x9d, 0x9c, 0x6e, 0x63, 0x41, 0x0a, 0x18);
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 40 }), (bytes) => {
      const once = Buffer.from(new OutputFilter().push(Uint8Array.from(bytes)).viewers);
      const twice = new OutputFilter().push(once);
      expect(Buffer.from(twice.screen)).toEqual(Buffer.from(twice.viewers));
      expect(twice.marks).toEqual([]);
      // A terminal obeys U+0080 to U+009F, also behind bytes that are no character.
      expect(once.toString()).not.toMatch(/[\x80-\x9f]/);
    }),
    { numRuns: 2000 },
  );
});
