import { expect, it } from 'vitest';
import { Drafts } from './draft-store.ts';

/** A Storage of so many characters. */
function storage(room = 10_000): Storage {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    key: (index: number) => [...items.keys()][index] ?? null,
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => {
      if (value.length > room) throw new DOMException('no room', 'QuotaExceededError');
      items.set(key, value);
    },
    removeItem: (key: string) => void items.delete(key),
    clear: () => items.clear(),
  };
}

const draft = { content: 'typed', version: 'v1' };

it('gives back what was kept, to a later page too', () => {
  const place = storage();
  const drafts = new Drafts(place);
  expect(drafts.read('s1', 'a.js')).toBeNull();
  expect(drafts.keep('s1', 'a.js', draft)).toBe(true);
  expect(new Drafts(place).read('s1', 'a.js')).toEqual(draft);
  drafts.drop('s1', 'a.js');
  expect(drafts.read('s1', 'a.js')).toBeNull();
});

it('lets go of a session, and of no other', () => {
  const drafts = new Drafts(storage());
  for (const session of ['s1', 's11']) for (const path of ['a.js', 'b/c.js']) drafts.keep(session, path, draft);
  drafts.dropSession('s1');
  expect(drafts.read('s1', 'b/c.js')).toBeNull();
  expect(drafts.read('s11', 'a.js')).toEqual(draft);
  expect(drafts.read('s11', 'b/c.js')).toEqual(draft);
});

it('lets go of what is a month old, and leaves alone what is not its own', () => {
  const place = storage();
  place.setItem('something else', 'kept');
  new Drafts(place, () => 0).keep('s1', 'a.js', draft);
  const month = 30 * 24 * 60 * 60 * 1000;
  expect(new Drafts(place, () => month).read('s1', 'a.js')).toEqual(draft);
  expect(new Drafts(place, () => month + 1).read('s1', 'a.js')).toBeNull();
  expect(place.getItem('something else')).toBe('kept');
});

it.each(['', '{', '[]', '{"content":1,"version":null,"at":1}', '{"content":"x","version":2,"at":1}'])('takes %j for none', (text) => {
  const place = storage();
  const drafts = new Drafts(place);
  place.setItem('ops-lab:draft:s1/a.js', text);
  expect(drafts.read('s1', 'a.js')).toBeNull();
});

it('says when there is no room, and keeps what was there', () => {
  const drafts = new Drafts(storage(100));
  drafts.keep('s1', 'a.js', draft);
  expect(drafts.keep('s1', 'a.js', { content: 'x'.repeat(200), version: null })).toBe(false);
  expect(drafts.read('s1', 'a.js')).toEqual(draft);
});
