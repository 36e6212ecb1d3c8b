import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../../test-support/temporary-directory.ts';
import { LINK_LIFE_MS, LOST_ANSWER_MS, Logins } from './logins.ts';

function setUp() {
  const file = join(temporaryDirectory(), 'logins.json');
  const clock = { now: 1_000_000 };
  return { file, clock, open: () => new Logins(file, () => clock.now) };
}

const DAY = 24 * 60 * 60 * 1000;

test('WEB-029: a link dies after ten minutes', () => {
  const { clock, open } = setUp();
  const logins = open();
  const [early, late] = [logins.newLink(), logins.newLink()];
  clock.now += LINK_LIFE_MS;
  expect(logins.redeem(early, undefined)).not.toBeNull();
  clock.now += 1;
  expect(logins.redeem(late, undefined)).toBeNull();
});

test('WEB-029: a page whose answer was lost may ask again for a minute, and only that page', () => {
  const { clock, open } = setUp();
  const logins = open();
  const token = logins.newLink();
  const lost = logins.redeem(token, undefined, 'attempt of this page') ?? '';
  expect(logins.redeem(token, undefined, 'attempt of another page')).toBeNull();
  expect(logins.redeem(token, undefined)).toBeNull();
  clock.now += LOST_ANSWER_MS;
  const second = logins.redeem(token, undefined, 'attempt of this page') ?? '';
  expect(logins.find(second)).not.toBeNull();
  expect(logins.find(lost)).toBeNull();
  clock.now += 1;
  expect(logins.redeem(token, undefined, 'attempt of this page')).toBeNull();
});

test('a login lives for thirty days after it was last seen', () => {
  const { clock, open } = setUp();
  const logins = open();
  const id = logins.redeem(logins.newLink(), undefined) ?? '';
  clock.now += 29 * DAY;
  expect(logins.find(id)).not.toBeNull();
  clock.now += 29 * DAY;
  expect(open().find(id)).not.toBeNull();
  clock.now += 31 * DAY;
  expect(open().find(id)).toBeNull();
});

test('the twenty-first login ends the one unseen for the longest', () => {
  const { clock, open } = setUp();
  const logins = open();
  const ended: string[] = [];
  logins.onRevoke((name) => ended.push(name));
  const ids = Array.from({ length: 21 }, () => {
    clock.now += 1;
    return logins.redeem(logins.newLink(), undefined) ?? '';
  });
  expect(logins.find(ids[0])).toBeNull();
  expect(ids.slice(1).every((id) => logins.find(id) !== null)).toBe(true);
  expect(ended).toHaveLength(1);
});

test.each(['', 'nonsense', '[{"hash":"x"}]', '{"__proto__":{}}'])('a damaged file (%j) logs everyone out and nothing more', (content) => {
  const { file, open } = setUp();
  writeFileSync(file, content);
  const logins = open();
  expect(logins.redeem(logins.newLink(), undefined)).not.toBeNull();
  expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveLength(1);
});
