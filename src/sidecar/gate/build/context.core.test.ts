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

/** A header as another program would write it. */
function odd(name: string, type: string, link = ''): Buffer {
  const header = tarHeader(entry(name, { link }));
  header.write(type, 156, 'latin1');
  header.write('        ', 148, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

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
