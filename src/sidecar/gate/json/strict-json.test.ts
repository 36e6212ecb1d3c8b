import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../refusal.ts';
import { parseStrictJson } from './strict-json.ts';

const bounds = { depth: 16, size: 256 * 1024 };
const parse = (text: string | Buffer) => parseStrictJson(text, bounds);

const REFUSED: readonly [string, string | Buffer][] = [
  ['a key twice', '{"a":1,"a":2}'],
  ['a key twice in other letters', '{"HostConfig":{},"hostconfig":{}}'],
  ['a key with the Kelvin sign', '{"Networ\u212aMode":"host"}'],
  ['the same by an escape', '{"Networ\\u212aMode":"host"}'],
  ['a long s', '{"Bindſ":[]}'],
  ['a second value', '{} {}'],
  ['rubbish behind', '{}x'],
  ['a comment', '{/**/}'],
  ['a trailing comma', '[1,]'],
  ['NaN', 'NaN'],
  ['Infinity', '-Infinity'],
  ['hex', '0x10'],
  ['an exponent', '1e400'],
  ['a small exponent', '1e2'],
  ['a fraction', '1.5'],
  ['minus zero', '-0'],
  ['more than a safe integer', '9007199254740993'],
  ['a leading zero', '01'],
  ['plus', '+1'],
  ['a BOM', '\ufeff{}'],
  ['no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
  ['an overlong form', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
  ['half a pair', '"\\ud800"'],
  ['a control character', '"\u0001"'],
  ['a NUL', '"\u0000"'],
  ['an unknown escape', '"\\x"'],
  ['single quotes', "{'a':1}"],
  ['depth', '['.repeat(100_000) + ']'.repeat(100_000)],
  ['one array too deep', '['.repeat(17) + ']'.repeat(17)],
  ['one object too deep', `${'{"a":'.repeat(16)}{}${'}'.repeat(16)}`],
  ['nothing', ''],
  ['spaces', '  '],
  ['size', `"${'x'.repeat(300 * 1024)}"`],
];

describe('strict JSON', () => {
  it.each(REFUSED)('refuses %s', (_name, text) => {
    expect(() => parse(text)).toThrow(Refusal);
  });

  it('reads what any decoder reads in one way only', () => {
    expect(parse('{"a":[1,-2,true,false,null,"\\u00e9\\n"],"b":{}}')).toEqual({ a: [1, -2, true, false, null, 'é\n'], b: {} });
  });

  it('agrees with JSON.parse wherever it says yes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        try {
          // -0 and fractions are refused; the rest must be equal.
          expect(JSON.stringify(parse(text))).toBe(JSON.stringify(JSON.parse(text)));
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('V-4: any bytes end in a value or a refusal, and no prototype changes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          parse(Buffer.from(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
        }
      }),
      { numRuns: 3_000 },
    );
    const value = parse('{"__proto__":{"x":1},"constructor":{"prototype":{"x":1}}}');
    expect(Object.getPrototypeOf(value)).toBeNull();
    expect(({} as { x?: number }).x).toBeUndefined();
  });
});
