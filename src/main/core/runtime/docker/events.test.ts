import { PassThrough } from 'node:stream';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryKillCounter } from './events.ts';
import { demultiplex } from './exec-stream.ts';

describe('out-of-memory kills', () => {
  const told = (...events: ['oom' | 'die' | 'start', number][]): object => {
    const counter = new MemoryKillCounter();
    for (const [action, at] of events) counter.take({ id: 'x', action, at });
    return counter.of('x');
  };

  it('are seen in either order, and still known after the restart', () => {
    expect(told(['oom', 1000], ['die', 1030], ['start', 1100])).toEqual({ kills: 1, latestEnd: true, known: true });
    expect(told(['die', 1000], ['oom', 1030], ['start', 1100])).toEqual({ kills: 1, latestEnd: true, known: true });
  });

  it('count once however often one is told', () => {
    expect(told(['oom', 1000], ['oom', 1001], ['oom', 1400], ['die', 1410], ['oom', 1420])).toMatchObject({ kills: 1 });
  });

  it('count again when they happen again, soon or late', () => {
    expect(told(['oom', 1000], ['die', 1030], ['start', 1100], ['oom', 1300], ['die', 1330])).toMatchObject({ kills: 2 });
    expect(told(['oom', 1000], ['oom', 9000])).toMatchObject({ kills: 2, latestEnd: false });
  });

  it('are told apart from a later end of another kind', () => {
    expect(told(['oom', 1000], ['die', 1030], ['start', 1100], ['die', 9000])).toMatchObject({ kills: 1, latestEnd: false });
  });

  it('are unknown of a container that nobody saw', () => {
    expect(told()).toEqual({ kills: 0, latestEnd: false, known: false });
  });
});

describe('the streams of a program in a container', () => {
  const frame = (stream: number, data: string): Buffer => {
    const header = Buffer.alloc(8);
    header[0] = stream;
    header.writeUInt32BE(Buffer.byteLength(data), 4);
    return Buffer.concat([header, Buffer.from(data)]);
  };

  it('come apart wherever the engine cuts them', async () => {
    const parts = fc.array(fc.tuple(fc.constantFrom(1, 2), fc.string({ maxLength: 40 })), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(parts, fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 }), async (written, cuts) => {
        const whole = Buffer.concat(written.map(([stream, data]) => frame(stream, data)));
        const source = new PassThrough();
        const { stdout, stderr } = demultiplex(source);
        for (let at = 0, index = 0; at < whole.length; index += 1) {
          const size = cuts[index % cuts.length] ?? 1;
          source.write(whole.subarray(at, at + size));
          at += size;
        }
        source.end();
        const text = async (stream: AsyncIterable<Buffer>): Promise<string> => {
          const chunks: Buffer[] = [];
          for await (const chunk of stream) chunks.push(chunk);
          return Buffer.concat(chunks).toString();
        };
        const of = (wanted: number): string => written.flatMap(([stream, data]) => (stream === wanted ? [data] : [])).join('');
        expect(await Promise.all([text(stdout), text(stderr)])).toEqual([of(1), of(2)]);
      }),
      { numRuns: 50 },
    );
  });
});
