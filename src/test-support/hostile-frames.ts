/** What no page of ours ever sends, the same in every run. */
import fc from 'fast-check';
import { MAX_INPUT_BYTES } from '../shared/terminal-wire/flow.ts';
import { encodeViewerFrame } from '../shared/terminal-wire/frames.ts';

/** Messages for the line for calls; each is answered with an error. */
export function malformedCalls(count: number, seed: number): (string | Uint8Array)[] {
  const malformed = fc.oneof(
    fc.string({ maxLength: 200 }).filter((text) => !text.startsWith('{"i"')),
    fc.json(),
    fc.uint8Array({ minLength: 1, maxLength: 50 }),
    fc.constant('{"i":"1","p":{"u":"/__proto__/constructor"}}'),
    fc.constant('{"i":"2","p":{"u":"http://elsewhere/app/info"}}'),
    fc.constant('{"i":"3","t":3,"p":{"e":"message","d":1}}'),
    fc.constant('{"i":"4","p":{"u":"/app/info","h":{"content-disposition":"x"},"b":[]}}'),
    fc.constant('{"i":{},"p":{"u":"/app/info"}}'),
    fc.uuid().map((id) => `{"i":"5-${id}","p":{"u":"/learners/rename","b":{"json":{"__proto__":1,"learnerId":[]}}}}`),
    fc.uuid().map((id) => `{"i":"6-${id}","p":{"u":"/history/search","b":{"json":{},"meta":[[1,"__proto__"],[9,"x","y"]]}}}`),
  );
  return fc.sample(malformed, { numRuns: count, seed });
}

/** A well-formed call about a thing that does not exist. */
export const unknownId = (index: number, id: string) =>
  JSON.stringify({ i: `u${index}`, p: { u: '/sessions/get', b: { json: { sessionId: id } } } });

/** Bytes for a terminal's channel that are no frame. */
export function malformedTerminalFrames(count: number, seed: number): Uint8Array<ArrayBuffer>[] {
  const kinds = [0, 4, 5, 99, 128, 255];
  const malformed = fc.oneof(
    fc.constant(new Uint8Array(0)),
    fc.tuple(fc.constantFrom(...kinds), fc.uint8Array({ maxLength: 60 })).map(([kind, rest]) => [kind, ...rest]),
    // An acknowledgement or a size with too few or too many bytes.
    fc
      .tuple(
        fc.constantFrom(2, 3),
        fc.uint8Array({ maxLength: 12 }).filter(({ length }) => length !== 4),
      )
      .map(([kind, rest]) => [kind, ...rest]),
    fc.constant(encodeViewerFrame({ kind: 'input', bytes: new Uint8Array(MAX_INPUT_BYTES + 1) })),
  );
  return fc.sample(malformed, { numRuns: count, seed }).map((bytes) => Uint8Array.from(bytes));
}
