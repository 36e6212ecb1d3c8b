import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type * as z from 'zod';
import { InProcessSession } from '../../../test-support/in-process-session.ts';
import { type Manifest, ManifestSchema } from '../labs/manifest.ts';
import { Checker } from './checker.ts';
import type { ObjectiveState, StoredState } from './objective-tracker.ts';
import { Slots } from './slots.ts';

let session: InProcessSession;
let answers: number;
let checker: Checker;

const load = { service: 'app', port: 80, path: '/', rate: 50, seconds: 0.1 };
const manifest = (hold: number, every = 5): Manifest =>
  ManifestSchema.parse({
    format: 1,
    title: 'T',
    summary: 'S',
    level: 'beginner',
    minutes: 5,
    concepts: ['c'],
    resource: 'r',
    page: { severity: 'P1', text: 't' },
    runtimes: { shell: {} },
    terminals: [{ name: 'main', title: 'Shell' }],
    editor: { open: [] },
    restartable: [],
    'check-every': every,
    probes: {
      load: { use: 'http-load', title: 'Load', with: load, bounds: [{ measure: 'failed', label: 'Failed', equals: 0 }] },
      cause: {
        use: 'script',
        title: 'Cause',
        with: { script: 'cause' },
        bounds: [{ measure: 'queue', label: 'Queue', below: 5, otherwise: 'mitigated', because: 'The queue has {queue}.' }],
      },
    },
    objectives: [
      {
        kind: 'diagnosis',
        id: 'why',
        title: 'Why',
        question: 'Why?',
        options: [
          { id: 'right', text: 'r', correct: true },
          { id: 'wrong', text: 'w', because: 'No.' },
        ],
        evidence: {
          pins: 2,
          accept: [
            { pattern: 'R', shows: 'It runs.' },
            { pattern: '\\d+ syscalls', shows: 'It asks for nothing.' },
          ],
        },
        'supported-by': { probe: 'load' },
      },
      { kind: 'repair', id: 'answers', title: 'Answers', probes: ['load', 'cause'], hold },
      { kind: 'guard', id: 'alive', title: 'Alive', probes: ['load'] },
    ],
  } satisfies z.input<typeof ManifestSchema>);

const make = (hold: number, stored?: ReadonlyMap<string, StoredState>, every = 5) => {
  checker = new Checker({ manifest: manifest(hold, every), session, stored });
  return checker;
};
const verdict = (id: string) => checker.states.find((state) => state.id === id)?.verdict;

beforeEach(async () => {
  answers = 200;
  session = await InProcessSession.start((_, response) => {
    response.statusCode = answers;
    response.end();
  });
  session.scripts.cause = async () => ({ queue: 0 });
});
afterEach(async () => {
  await checker.close();
  await session.stop();
});

describe('Checker', () => {
  it('runs a probe once per round for all objectives that use it', async () => {
    await make(0).checkNow();
    expect(session.observed).toEqual(['http-load', 'cause']);
    expect([verdict('answers'), verdict('alive'), verdict('why')]).toEqual(['fixed', 'fixed', null]);
  });

  it('waits for a place in the background, and not when somebody asks', async () => {
    const slots = new Slots(1);
    let leave = () => {};
    const other = slots.use(() => new Promise<void>((resolve) => (leave = resolve)), new AbortController().signal);
    checker = new Checker({ manifest: manifest(0), session, slots });
    checker.start();
    await checker.checkNow();
    expect(session.observed).toHaveLength(2);
    leave();
    await other;
    await expect.poll(() => session.observed.length).toBe(4);
  });

  it('measures once for fifty that ask at once', async () => {
    make(0);
    await Promise.all(Array.from({ length: 50 }, () => checker.checkNow()));
    await Promise.all(Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? checker.checkNow('alive') : checker.checkNow())));
    expect(session.observed.filter((op) => op === 'cause').length).toBe(2);
    expect(session.observed.length).toBeLessThanOrEqual(5);
  });

  it('tells each step: that it is checking, then the verdict with its numbers', async () => {
    answers = 503;
    session.scripts.cause = async () => ({ queue: 9 });
    const seen: ObjectiveState[] = [];
    make(0).onChange((state) => seen.push(state));
    await checker.checkNow('answers');
    expect(seen.map(({ id, checking, verdict: shown }) => [id, checking, shown])).toEqual([
      ['answers', true, null],
      ['answers', false, 'not-yet'],
    ]);
    expect(seen.at(-1)?.assessment).toMatchObject({ failingProbes: ['load', 'cause'], reasons: ['Failed: 5; it must be exactly 0.'] });
  });

  it('shows mitigated, fixed after the hold, and what breaks afterwards', async () => {
    session.scripts.cause = async () => ({ queue: 9 });
    await make(1).checkNow();
    expect(verdict('answers')).toBe('mitigated');
    session.scripts.cause = async () => ({ queue: 0 });
    await checker.checkNow();
    expect(verdict('answers')).toBe('mitigated');
    await vi.waitUntil(async () => (await checker.checkNow()) && verdict('answers') === 'fixed', { timeout: 5000 });
    answers = 500;
    await checker.checkNow();
    expect([verdict('answers'), verdict('alive')]).toEqual(['not-yet', 'not-yet']);
  });

  it('never shows its own failure as the learner’s', async () => {
    session.scripts.cause = () => Promise.reject(new Error('the observer is gone'));
    await make(0).checkNow();
    expect(verdict('answers')).toBe('could-not-check');
    expect(verdict('alive')).toBe('fixed');
  });

  it('goes on by itself once started, sooner while only time is missing', async () => {
    make(1, undefined, 600).start();
    await vi.waitUntil(() => verdict('answers') === 'fixed', { timeout: 10_000 });
    expect(session.observed.filter((op) => op === 'cause').length).toBe(2);
  });

  it('begins with what was known, and confirms or ends it', async () => {
    const known = { verdict: 'fixed', at: 5, chosen: null, feedback: null } as const;
    make(60, new Map([['answers', known]]));
    expect(verdict('answers')).toBe('fixed');
    await checker.checkNow();
    expect(verdict('answers')).toBe('fixed');
    answers = 500;
    await checker.checkNow();
    expect(verdict('answers')).toBe('not-yet');
  });

  it('refuses what it does not know', async () => {
    make(0);
    await expect(checker.checkNow('none')).rejects.toMatchObject({ code: 'not-found' });
    await expect(checker.checkNow('why')).rejects.toMatchObject({ code: 'invalid' });
    await expect(checker.answer('why', 'none', ['R', '3 syscalls'])).rejects.toMatchObject({ code: 'not-found' });
    await expect(checker.answer('answers', 'right', [])).rejects.toMatchObject({ code: 'invalid' });
  });

  it('ends what is under way when it is closed', async () => {
    session.scripts.cause = () => new Promise(() => {});
    const round = make(0).checkNow();
    await vi.waitUntil(() => session.observed.includes('cause'));
    const refused = expect(round).rejects.toMatchObject({ code: 'cancelled' });
    await checker.close();
    await refused;
    await expect(checker.checkNow()).rejects.toMatchObject({ code: 'cancelled' });
    expect(verdict('answers')).toBeNull();
  });
});

describe('a diagnosis', () => {
  const lines = ['node 7 R', 'strace: 1 syscalls'];
  beforeEach(() => {
    answers = 503;
    make(0);
  });

  it('is named by the right answer, with evidence, while the system shows it', async () => {
    expect(await checker.answer('why', 'right', lines)).toMatchObject({
      verdict: 'fixed',
      chosen: 'right',
      feedback: 'It runs. It asks for nothing.',
    });
  });

  it('is not named by a wrong answer, whatever is pinned', async () => {
    expect(await checker.answer('why', 'wrong', lines)).toMatchObject({ verdict: 'not-yet', feedback: 'No.' });
    expect(session.observed).toEqual([]);
  });

  it.each([
    ['lines that show something else', ['idle', 'nothing']],
    ['one line pinned twice', ['node 7 R', 'node 7 R']],
    ['two lines that show the same', ['node 7 R', 'node 8 R']],
    ['one line that shows both', ['R after 3 syscalls', 'idle']],
  ])('is not named by %s', async (_, pinned) => {
    expect(await checker.answer('why', 'right', pinned)).toMatchObject({ verdict: 'not-yet' });
  });

  it('needs as many lines as it says', async () => {
    await expect(checker.answer('why', 'right', ['R'])).rejects.toMatchObject({ code: 'invalid' });
  });

  it('refuses an answer that the live system does not support', async () => {
    answers = 200;
    const state = await checker.answer('why', 'right', lines);
    expect(state.verdict).toBe('not-yet');
    expect(state.feedback).toContain('The live system does not show this now');
    expect(await checker.isSupported('why')).toBe(false);
  });

  it('stays named after the repair', async () => {
    await checker.answer('why', 'right', lines);
    answers = 200;
    expect((await checker.answer('why', 'wrong', lines)).verdict).toBe('fixed');
  });
});
