import { appendFileSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../test-support/temporary-directory.ts';
import { type Kind, Ledger } from './ledger.ts';

const hex = (n: number): string => n.toString(16).padStart(4, 'a').padEnd(64, '0');

describe('the ledger', () => {
  it('writes the intent before, and knows nothing by id until the engine has answered', () => {
    const file = join(temporaryDirectory(), 'ledger.jsonl');
    const ledger = new Ledger(file);
    const row = ledger.intend('container', 'api');
    expect(readFileSync(file, 'utf8')).toContain('"state":"intent"');
    expect(ledger.find('container', 'api')).toBeUndefined();
    expect(ledger.named('container', 'api')?.key).toBe(row.key);
    ledger.complete(row, hex(1));
    expect(ledger.find('container', 'api')?.id).toBe(hex(1));
    ledger.close();
  });

  it('finds by name first, then by the beginning of an id that is the only one', () => {
    const ledger = new Ledger(null);
    ledger.complete(ledger.intend('container', 'abc'), hex(1));
    ledger.complete(ledger.intend('container', 'other'), `abc${'1'.repeat(61)}`);
    expect(ledger.find('container', 'abc')?.name).toBe('abc');
    expect(ledger.find('container', 'abc1')?.name).toBe('other');
    expect(ledger.find('container', 'a')).toBeUndefined();
    expect(ledger.find('container', '')).toBeUndefined();
    expect(ledger.find('volume', 'abc')).toBeUndefined();
  });

  it('reads itself again after a crash, a torn last line included', () => {
    const file = join(temporaryDirectory(), 'ledger.jsonl');
    const first = new Ledger(file);
    first.complete(first.intend('container', 'api', { memory: 1 }), hex(1));
    first.intend('volume', 'data');
    const gone = first.complete(first.intend('network', 'n'), hex(2));
    first.remove(gone);
    first.close();
    appendFileSync(file, '{"key":"torn","ki');
    const second = new Ledger(file);
    second.intend('container', 'after');
    second.close();
    const third = new Ledger(file);
    expect(third.rows().map(({ kind, name, state }) => `${kind} ${name} ${state}`)).toEqual([
      'container api ours',
      'volume data intent',
      'container after intent',
    ]);
    expect(third.everById('network', hex(2))?.state).toBe('gone');
    third.close();
  });

  it('writes its file anew when it has grown, and forgets nothing that is ours', () => {
    const file = join(temporaryDirectory(), 'ledger.jsonl');
    const ledger = new Ledger(file, 50);
    ledger.complete(ledger.intend('container', 'kept'), hex(1));
    ledger.intend('volume', 'wanted');
    for (let number = 2; number < 40; number += 1) ledger.remove(ledger.complete(ledger.intend('container', 'churn'), hex(number)));
    ledger.complete(ledger.intend('image', ''), hex(3));
    ledger.close();
    expect(readFileSync(file, 'utf8').split('\n').length).toBeLessThan(100);
    const again = new Ledger(file);
    expect(again.rows().map(({ kind, name, state }) => `${kind} ${name} ${state}`)).toEqual([
      'container kept ours',
      'volume wanted intent',
      'image  ours',
    ]);
    expect(again.everById('container', hex(20))?.state).toBe('gone');
    again.close();
  });

  it('writes its file anew when rows that change are long, and not at each change when there is nothing to gain', () => {
    const file = join(temporaryDirectory(), 'ledger.jsonl');
    const ledger = new Ledger(file, 1e6, 100_000);
    const size = (): number => statSync(file).size;
    const row = ledger.complete(ledger.intend('image', ''), hex(1));
    for (let number = 0; number < 200; number += 1) ledger.change(row, { notes: { tags: [`${number}`.repeat(1_000)] } });
    expect(size()).toBeLessThan(110_000);
    for (let number = 2; number < 200; number += 1) ledger.intend('volume', 'x'.repeat(1_000));
    const full = size();
    expect(full).toBeGreaterThan(190_000);
    let smaller = 0;
    for (let number = 0, before = full; number < 50; number += 1, before = size()) {
      ledger.change(row, { notes: { tags: ['y'.repeat(1_000)] } });
      if (size() < before) smaller += 1;
    }
    expect(smaller).toBeLessThan(2);
    ledger.close();
    const again = new Ledger(file);
    expect(again.byId('image', hex(1))?.notes.tags).toEqual(['y'.repeat(1_000)]);
    expect(again.rows('volume')).toHaveLength(198);
    again.close();
  });

  it('V-3: is the same as a plain model under any order of steps and restarts', () => {
    const file = join(temporaryDirectory(), 'ledger.jsonl');
    let round = 0;
    const kinds: readonly Kind[] = ['container', 'volume'];
    const step = fc.record({
      op: fc.constantFrom('intend', 'complete', 'remove', 'rename', 'restart'),
      which: fc.nat(5),
      kind: fc.constantFrom(...kinds),
      name: fc.constantFrom('a', 'b', 'c'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        round += 1;
        const path = `${file}.${round}`;
        let ledger = new Ledger(path, 12);
        const model = new Map<string, { kind: Kind; name: string; id: string | null }>();
        let ids = 0;
        for (const { op, which, kind, name } of steps) {
          const row = ledger.rows()[which];
          if (op === 'intend') model.set(ledger.intend(kind, name).key, { kind, name, id: null });
          else if (op === 'restart') {
            ledger.close();
            ledger = new Ledger(path, 12);
          } else if (row && op === 'complete' && row.id === null) {
            ids += 1;
            ledger.complete(row, hex(ids));
            model.set(row.key, { ...(model.get(row.key) ?? { kind, name }), id: hex(ids) });
          } else if (row && op === 'remove') {
            ledger.remove(row);
            model.delete(row.key);
          } else if (row && op === 'rename') {
            ledger.change(row, { name });
            model.set(row.key, { ...(model.get(row.key) ?? { kind, id: null }), name });
          }
        }
        expect(ledger.rows().map(({ key, kind, name, id }) => [key, { kind, name, id }])).toEqual([...model]);
        for (const row of ledger.own('container')) expect(ledger.byId('container', row.id)?.key).toBe(row.key);
        ledger.close();
      }),
      { numRuns: 200 },
    );
  });
});
