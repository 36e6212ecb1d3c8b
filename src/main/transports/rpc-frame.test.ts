import { expect, test } from 'vitest';
import { checkFrame, MAX_CALL, PROCEDURES, refusal } from './rpc-frame.ts';

const call = (u: string, extra: object = {}) => JSON.stringify({ i: '1', p: { u, ...extra } });

test('a call is rebuilt from its parts: headers, method and unknown keys are left behind', () => {
  const sent = JSON.stringify({
    i: '1',
    x: 1,
    p: { u: '/app/info', m: 'DELETE', h: { 'content-disposition': 'x' }, b: { json: { a: 1 }, y: 2 } },
  });
  expect(checkFrame(sent)).toEqual({ ok: true, text: '{"i":"1","p":{"u":"/app/info","b":{"json":{"a":1}}}}' });
});

test('an abort is passed on with nothing but its id', () => {
  expect(checkFrame('{"i":5,"t":4,"p":{"a":1}}')).toEqual({ ok: true, text: '{"i":5,"t":4}' });
});

test.each([
  [null, null, 'invalid'],
  ['', null, 'invalid'],
  ['null', null, 'invalid'],
  ['[]', null, 'invalid'],
  ['{"i":"","p":{"u":"/app/info"}}', null, 'invalid'],
  ['{"i":"1","t":3,"p":{}}', null, 'invalid'],
  ['{"i":"1"}', '1', 'invalid'],
  ['{"i":"1","p":{"u":5}}', '1', 'invalid'],
  [call('/app/info', { b: 'x' }), '1', 'invalid'],
  [call('/app'), '1', 'not-found'],
  [call('/app/info/'), '1', 'not-found'],
  [call('http://elsewhere/app/info'), '1', 'not-found'],
  [call('/__proto__/x'), '1', 'not-found'],
  [call('/learners/create', { b: { json: 'x'.repeat(MAX_CALL) } }), '1', 'limit'],
])('%j is refused, naming the call where it can be told', (text, id, code) => {
  expect(checkFrame(text)).toMatchObject({ ok: false, id, code });
});

test('only an import may be larger than other calls', () => {
  const large = { b: { json: { content: 'x'.repeat(MAX_CALL) } } };
  expect(checkFrame(call('/learners/import', large)).ok).toBe(true);
});

test('every procedure of the contract is known', () => {
  expect(PROCEDURES).toContain('/sessions/openHint');
  expect(PROCEDURES.size).toBeGreaterThan(40);
});

test('a refusal has the form of the library, so that its client fails that very call', () => {
  expect(JSON.parse(refusal('7', 'limit', 'Too long.'))).toEqual({
    i: '7',
    p: {
      s: 413,
      b: {
        json: { defined: false, code: 'limit', status: 413, message: 'Too long.', data: { code: 'limit', details: {}, retryable: false } },
      },
    },
  });
});
