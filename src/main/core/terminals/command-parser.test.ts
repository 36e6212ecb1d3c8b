import { describe, expect, it } from 'vitest';
import { type CommandEvent, CommandParser } from './command-parser.ts';

function parse(...marks: string[]) {
  const events: CommandEvent[] = [];
  const parser = new CommandParser('n', (event) => events.push(event));
  for (const mark of marks) parser.mark(mark);
  return {
    events,
    parser,
    brief: () => events.map((event) => (event.type === 'start' ? event.command : `${event.key}=${event.exitCode}`)),
  };
}

const now = Date.now() / 1000;

describe('commands', () => {
  it('have line, directory, status and duration', () => {
    const { events } = parse(`E;n;10;1;${now};/tmp/a\\x3bb;echo a\\x3b \\\\x\\x0asecond`, `D;n;10;1;3;${now + 1.25}`);
    expect(events).toEqual([
      { type: 'start', key: '1', command: 'echo a; \\x\nsecond', directory: '/tmp/a;b', startedAt: Math.round(now * 1000) },
      { type: 'end', key: '1', exitCode: 3, durationMs: 1250 },
    ]);
  });

  it('have times in the notation of any locale, and none that is not believable', () => {
    const { events } = parse(`E;n;10;1;${String(now).replace('.', ',')};/;a`, `E;n;10;1;12;/;b`);
    const [first, , second] = events;
    expect(first).toMatchObject({ startedAt: Math.round(now * 1000) });
    expect(Math.abs((second?.type === 'start' ? second.startedAt : 0) - Date.now())).toBeLessThan(5000);
  });

  it('of an inner shell are within the one that started it', () => {
    const { brief } = parse(
      `E;n;10;1;${now};/;bash`,
      'S;n;20;2',
      `E;n;20;2;${now};/;ls`,
      `D;n;20;2;0;${now}`,
      `E;n;20;2;${now};/;exit 3`,
      `D;n;10;1;3;${now}`,
    );
    expect(brief()).toEqual(['bash', 'ls', '2=0', 'exit 3', '3=null', '1=3']);
  });

  it('that became another shell end with it', () => {
    const { brief } = parse(`E;n;10;1;${now};/;exec bash`, 'S;n;10;1', `E;n;10;1;${now};/;ls`);
    expect(brief()).toEqual(['exec bash', '1=null', 'ls']);
  });

  it('that are open at the end get the status of the pty, the inner ones none', () => {
    const { parser, brief } = parse(`E;n;10;1;${now};/;bash`, `E;n;20;2;${now};/;sleep 9`);
    parser.close(7);
    expect(brief()).toEqual(['bash', 'sleep 9', '2=null', '1=7']);
  });
});

describe('marks that are not ours', () => {
  it.each([
    '',
    'E',
    'E;m;10;1;1;/;forged',
    'E;;10;1;1;/;forged',
    'E;n;x;1;1;/;no pid',
    'E;n;10;1',
    'D;n;10;1;0;1',
    'Q;n;10;1',
    `E;n;${'9'.repeat(50)};1;1;/;a`,
  ])('%j is ignored', (mark) => expect(parse(mark).events).toEqual([]));

  it('cannot make commands or nesting grow without bound', () => {
    const { events, parser } = parse(`E;n;1;1;${now};/;${'x'.repeat(20_000)}`);
    expect(events[0]).toMatchObject({ command: 'x'.repeat(8000) });
    for (let pid = 2; pid < 200; pid++) parser.mark(`E;n;${pid};1;${now};/;a`);
    const before = events.length;
    parser.close(0);
    expect(events.length - before).toBe(32);
  });
});
