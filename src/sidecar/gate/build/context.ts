/** The build context: unpacked, checked, and written anew as a plain tar in a file of the session's folder. */
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Limits } from '../limits.ts';
import { bad, denied, limited, Refusal } from '../refusal.ts';
import { padding, TAR_END, type TarEntry, TarReader, tarHeader } from './tar.ts';

export interface BuildContext {
  readonly dockerfile: string;
  /** The archive with `dockerfile` in the place of the learner's own. */
  archive(dockerfile: string): Promise<{ readonly stream: Readable; readonly bytes: number }>;
  remove(): Promise<void>;
}

/**
 * @param name of the Dockerfile in the context
 * @param folder where the file is kept until `remove`
 * @throws Refusal
 */
export async function readContext(body: AsyncIterable<Buffer>, name: string, folder: string, limits: Limits): Promise<BuildContext> {
  const path = join(folder, `build-${randomBytes(8).toString('hex')}.tar`);
  const file = await open(path, 'wx', 0o600);
  const remove = async (): Promise<void> => {
    await file.close().catch(() => {});
    await rm(path, { force: true });
  };
  try {
    const spool = new Spool(file, name, limits);
    const reader = new TarReader(spool);
    for await (const part of expanded(body, limits.contextBytes)) await reader.write(part);
    reader.end();
    return await spool.finish(path, remove);
  } catch (error) {
    await remove();
    if (error instanceof Refusal) throw error;
    throw bad('the build context cannot be read');
  }
}

/** Plain bytes of a plain or a gzip archive, counted on both sides. */
async function* expanded(body: AsyncIterable<Buffer>, most: number): AsyncGenerator<Buffer> {
  const tooMuch = (): Error => limited(`${Math.floor(most / 1024 ** 2)} MB for a build context. Leave files out with .dockerignore.`);
  async function* counted(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let bytes = 0;
    for await (const part of source) {
      bytes += part.length;
      if (bytes > most) throw tooMuch();
      yield part;
    }
  }
  const input = counted(body)[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  while (head.length < 6) {
    const { value, done } = await input.next();
    if (done) break;
    head = Buffer.concat([head, value]);
  }
  const all = async function* (): AsyncGenerator<Buffer> {
    yield head;
    for (;;) {
      const { value, done } = await input.next();
      if (done) return;
      yield value;
    }
  };
  const starts = (...bytes: number[]): boolean => head.subarray(0, bytes.length).equals(Buffer.from(bytes));
  if (starts(0x42, 0x5a, 0x68) || starts(0xfd, 0x37, 0x7a, 0x58, 0x5a) || starts(0x28, 0xb5, 0x2f, 0xfd)) {
    throw denied('a build context is plain tar or gzip in this lab, nothing else');
  }
  if (!starts(0x1f, 0x8b)) return yield* all();
  const plain = Readable.from(all()).compose(createGunzip()) as AsyncIterable<Buffer>;
  yield* counted(plain);
}

/** Writes what is allowed, and keeps the Dockerfile apart. */
class Spool {
  readonly #file: FileHandle;
  readonly #name: string;
  readonly #limits: Limits;
  readonly #seen = new Map<string, TarEntry['kind']>();
  #bytes = 0;
  #current: TarEntry | null = null;
  #left = 0;
  #dockerfile: Buffer[] | null = null;

  constructor(file: FileHandle, name: string, limits: Limits) {
    this.#file = file;
    this.#name = name;
    this.#limits = limits;
  }

  async entry(entry: TarEntry): Promise<void> {
    this.#current = null;
    this.#left = 0;
    if (entry.name === '') {
      // The context itself. As anything else its bytes would have no place of their own.
      if (entry.kind !== 'folder') throw denied('the archive has a file without a name');
      return;
    }
    const before = this.#seen.get(entry.name);
    if (before !== undefined && !(before === 'folder' && entry.kind === 'folder')) throw denied(`${entry.name} is in the archive twice`);
    for (let at = entry.name.lastIndexOf('/'); at > 0; at = entry.name.lastIndexOf('/', at - 1)) {
      const above = this.#seen.get(entry.name.slice(0, at));
      if (above !== undefined && above !== 'folder') throw denied(`${entry.name}: the archive leads through something that is no folder`);
    }
    if (entry.kind === 'hardlink' && this.#seen.get(entry.link) !== 'file')
      throw denied(`${entry.name}: a hard link to what is not in the archive`);
    this.#seen.set(entry.name, entry.kind);
    if (this.#seen.size > this.#limits.contextEntries) throw limited(`${this.#limits.contextEntries} files in a build context.`);
    this.#current = entry;
    this.#left = entry.size;
    if (entry.name === this.#name) {
      if (entry.kind !== 'file') throw denied(`${entry.name} is not a plain file`);
      if (entry.size > this.#limits.dockerfileBytes) throw limited(`${this.#limits.dockerfileBytes} bytes for a Dockerfile.`);
      this.#dockerfile = [];
      return;
    }
    await this.#write(tarHeader(entry));
  }

  async data(part: Buffer): Promise<void> {
    this.#left -= part.length;
    // What no header announced would be read by the engine as entries of the archive.
    if (!this.#current || this.#left < 0) throw bad('the archive has more bytes than its entries say');
    if (this.#current.name === this.#name) {
      this.#dockerfile?.push(part);
      return;
    }
    await this.#write(part);
    if (this.#left === 0) await this.#write(padding(this.#current.size));
  }

  async finish(path: string, remove: () => Promise<void>): Promise<BuildContext> {
    if (!this.#dockerfile) throw bad(`Cannot locate specified Dockerfile: ${this.#name}`);
    const source = Buffer.concat(this.#dockerfile);
    if (source.length > this.#limits.dockerfileBytes) throw limited(`${this.#limits.dockerfileBytes} bytes for a Dockerfile.`);
    let dockerfile: string;
    try {
      dockerfile = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(source);
    } catch {
      throw bad('the Dockerfile is not UTF-8');
    }
    const bytes = this.#bytes;
    const archive = async (text: string) => {
      const content = Buffer.from(text);
      const entry: TarEntry = { name: this.#name, kind: 'file', mode: 0o644, modified: 0, size: content.length, link: '' };
      const tail = Buffer.concat([tarHeader(entry), content, padding(content.length), TAR_END]);
      await this.#file.write(tail, 0, tail.length, bytes);
      return { stream: createReadStream(path), bytes: bytes + tail.length };
    };
    return { dockerfile, archive, remove };
  }

  async #write(bytes: Buffer): Promise<void> {
    await this.#file.write(bytes, 0, bytes.length, this.#bytes);
    this.#bytes += bytes.length;
  }
}

/** Where builds are kept while they run: beside the ledger. */
export function buildFolder(ledgerFile: string): string {
  return dirname(ledgerFile);
}
