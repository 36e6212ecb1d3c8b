import { readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../../test-support/temporary-directory.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { Refusal } from '../refusal.ts';
import { readContext } from './context.ts';
import { padding, TAR_END, type TarEntry, tarHeader } from './tar.ts';

const entry = (name: string, more: Partial<TarEntry> = {}): TarEntry => ({
  name,
  kind: 'file',
  mode: 0o644,
  modified: 0,
  size: 0,
  link: '',
  ...more,
});
const file = (one: TarEntry, content = ''): Buffer =>
  Buffer.concat([tarHeader({ ...one, size: content.length }), Buffer.from(content), padding(content.length)]);
const DOCKERFILE = file(entry('Dockerfile'), 'FROM lab\n');
const archive = (...parts: Buffer[]): Buffer => Buffer.concat([...parts, DOCKERFILE, TAR_END]);
const limits = { ...DEFAULT_LIMITS, contextBytes: 1_000_000, contextEntries: 50 };

async function* parts(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

/** @returns the refusal's sentence, or what the Dockerfile says */
async function read(bytes: Buffer): Promise<string> {
  const folder = temporaryDirectory();
  try {
    const context = await readContext(parts(bytes), 'Dockerfile', folder, limits);
    await context.remove();
    return context.dockerfile;
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal);
    return (error as Refusal).message;
  } finally {
    expect(readdirSync(folder)).toEqual([]);
  }
}

/** With the sum of the header at its beginning made right. */
function summed(bytes: Buffer): Buffer {
  bytes.write('        ', 148, 'latin1');
  const sum = bytes.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return bytes;
}

function retyped(bytes: Buffer, type: string): Buffer {
  bytes.write(type, 156, 'latin1');
  return summed(bytes);
}

function sized(header: Buffer, size: number): Buffer {
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  return summed(header);
}

/** A header as another program would write it. */
function odd(name: string, type: string, link = ''): Buffer {
  return retyped(tarHeader(entry(name, { link })), type);
}

/** With the pax records in front of the entry. */
function withPax(records: string, ...parts: Buffer[]): Buffer {
  const content = Buffer.from(records);
  return Buffer.concat([sized(odd('pax', 'x'), content.length), content, padding(content.length), ...parts]);
}

/** The archive that goes to the engine, as any tar reads it: names, kinds and contents up to the end, where nothing may follow. */
async function written(bytes: Buffer, name = 'Dockerfile'): Promise<string[]> {
  const folder = temporaryDirectory();
  const context = await readContext(parts(bytes), name, folder, limits);
  const { stream, bytes: length } = await context.archive('FROM ours\n');
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  await context.remove();
  const all = Buffer.concat(chunks);
  expect(all.length).toBe(length);
  const list: string[] = [];
  let at = 0;
  for (; all[at] !== 0; ) {
    const field = (from: number, to: number): string =>
      all
        .subarray(at + from, at + to)
        .toString('latin1')
        .replace(/\0.*$/s, '');
    const size = Number.parseInt(field(124, 136), 8);
    list.push(`${field(156, 157)} ${field(0, 100)} ${all.subarray(at + 512, at + 512 + size).toString('latin1')}`);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  expect(all.subarray(at).equals(TAR_END)).toBe(true);
  return list;
}

const EVIL = Buffer.concat([file(entry('Dockerfile'), 'FROM other\nADD http://x /x\n'), TAR_END]);
const NAMELESS: [string, Buffer][] = [
  ...['./', './/', './.', '.', '', '././'].map((name): [string, Buffer] => [
    `a file called ${JSON.stringify(name)}`,
    file(entry(name), EVIL.toString('latin1')),
  ]),
  ['a file of the old kind 7', retyped(file(entry('./'), EVIL.toString('latin1')), '7')],
  ['a file of kind NUL', retyped(file(entry('./'), EVIL.toString('latin1')), '\0')],
  ['a file without bytes', file(entry('./'))],
  ['a link', odd('./', '2', 'x')],
  ['a hard link', odd('./', '1', 'x')],
  ['a pax path of nothing', withPax('8 path=\n', file(entry('y'), EVIL.toString('latin1')))],
  ['a pax path of ./', withPax('11 path=./\n', file(entry('y'), EVIL.toString('latin1')))],
  [
    'a long name of ./',
    Buffer.concat([sized(odd('long', 'L'), 3), Buffer.from('./\0'), padding(3), file(entry('y'), EVIL.toString('latin1'))]),
  ],
];

describe('what is written of a build context', () => {
  const x = file(entry('x'), 'one');

  it.each(NAMELESS)('BLD-025: is nothing of %s, which has no name: it is refused wherever it stands', async (_what, nameless) => {
    for (const bytes of [archive(x, nameless), archive(nameless, x), Buffer.concat([x, DOCKERFILE, nameless, TAR_END])])
      expect(await read(bytes)).toContain('without a name');
  });

  it('is each entry once, with its own bytes, and the Dockerfile of ours behind them', async () => {
    const own = ['0 x one', '5 d ', '0 d/y two', '0 empty ', '2 link '];
    const entries = [
      file(entry('./', { kind: 'folder' })),
      file(entry('./x'), 'one'),
      file(entry('d/', { kind: 'folder' })),
      file(entry('.', { kind: 'folder' })),
      file(entry('d//./y'), 'two'),
      file(entry('empty')),
      odd('link', '2', 'd/y'),
    ];
    expect(await written(archive(...entries))).toEqual([...own, '0 Dockerfile FROM ours\n']);
    expect(await written(Buffer.concat([DOCKERFILE, ...entries, TAR_END, EVIL]))).toEqual([...own, '0 Dockerfile FROM ours\n']);
  });

  it('BLD-026: a Dockerfile is no longer than its header says, and no longer than the lab takes', async () => {
    const long = '#'.repeat(limits.dockerfileBytes + 1);
    expect(await read(Buffer.concat([file(entry('Dockerfile'), long), TAR_END]))).toContain('for a Dockerfile');
    expect(await read(Buffer.concat([DOCKERFILE, file(entry('./'), long), TAR_END]))).toContain('without a name');
  });
});

describe('a build context', () => {
  it('is read plain and from gzip', async () => {
    expect(await read(archive(file(entry('a/b'), 'x')))).toBe('FROM lab\n');
    expect(await read(gzipSync(archive(file(entry('a/b'), 'x'))))).toBe('FROM lab\n');
  });

  it.each([
    ['a name that leads out', odd('../x', '0'), 'leads out'],
    ['an absolute name', odd('/x', '0'), 'not a relative path'],
    ['a device', odd('x', '3'), 'neither file, folder nor link'],
    ['a FIFO', odd('x', '6'), 'neither file, folder nor link'],
    ['a sparse file', odd('x', 'S'), 'neither file, folder nor link'],
    ['a hard link to what is not there', odd('x', '1', 'y'), 'not in the archive'],
    ['a hard link that leads out', odd('x', '1', '../../etc/shadow'), 'leads out'],
    ['a link to an absolute name', odd('x', '2', '/etc'), 'outside of the archive'],
    ['a link that leads out', odd('a/x', '2', '../../etc'), 'outside of the archive'],
    ['a link that goes up behind a name, which may be a link itself', odd('x', '2', 'a/b/../../y'), 'outside of the archive'],
    ['a name twice', Buffer.concat([file(entry('x'), '1'), file(entry('x'), '2')]), 'twice'],
    ['a way through a link', Buffer.concat([odd('x', '2', 'y'), file(entry('x/z'), '1')]), 'no folder'],
    ['a Dockerfile that is a link', odd('Dockerfile', '2', 'x'), 'not a plain file'],
    [
      'more entries than the lab takes',
      Buffer.concat(Array.from({ length: 60 }, (_, index) => file(entry(`f${index}`)))),
      'files in a build',
    ],
  ])('BLD-024, BLD-025: refuses %s', async (_what, bytes, why) => {
    expect(await read(archive(bytes))).toContain(why);
  });

  it('BLD-026: stops at the limit of bytes, as sent and as expanded', async () => {
    const big = file(entry('big'), 'x'.repeat(2_000_000));
    expect(await read(archive(big))).toContain("lab's limit");
    const bomb = gzipSync(archive(big));
    expect(bomb.length).toBeLessThan(50_000);
    expect(await read(bomb)).toContain("lab's limit");
  });

  it.each([
    ['bzip2', '425a68'],
    ['xz', 'fd377a585a00'],
    ['zstd', '28b52ffd'],
    ['nothing known', '00112233'],
  ])('BLD-027: refuses %s', async (_name, hex) => {
    expect(await read(Buffer.concat([Buffer.from(hex, 'hex'), Buffer.alloc(2_000, 7)]))).toMatch(
      /plain tar or gzip|no tar archive|not octal/,
    );
  });
});
