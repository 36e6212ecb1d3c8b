/** Tar, read strictly and written plainly: regular files, folders, and links that stay inside. */
import { bad, denied } from '../refusal.ts';

const BLOCK = 512;
const LONG_NAME = 64 * 1024;

export interface TarEntry {
  /** Relative, without `.` and `..`. */
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'symlink' | 'hardlink';
  readonly mode: number;
  /** Seconds since 1970. */
  readonly modified: number;
  readonly size: number;
  /** Of a link: as it was written; of a hard link, a name in the archive. */
  readonly link: string;
}

export interface TarVisitor {
  entry(entry: TarEntry): void | Promise<void>;
  data(part: Buffer): void | Promise<void>;
}

function text(field: Buffer): string {
  const end = field.indexOf(0);
  return decode(end < 0 ? field : field.subarray(0, end));
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw bad('the archive has a name that is not UTF-8');
  }
}

function octal(field: Buffer): number {
  const digits = field
    .toString('latin1')
    .replace(/[\0 ]+$/, '')
    .trim();
  if (digits === '') return 0;
  if (!/^[0-7]{1,12}$/.test(digits)) throw bad('the archive has a number that is not octal');
  return Number.parseInt(digits, 8);
}

/** @throws Refusal for a name that could leave the folder */
export function insideName(name: string): string {
  if (name.startsWith('/') || name.includes('\\') || /[\0-\x1f\x7f]/.test(name))
    throw denied(`${JSON.stringify(name.slice(0, 80))} in the archive is not a relative path`);
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw denied(`${JSON.stringify(name.slice(0, 80))} in the archive leads out of it`);
  if (name.length > 1000) throw bad('the archive has a name of more than 1000 characters');
  return parts.join('/');
}

function pax(records: Buffer): Map<string, string> {
  const result = new Map<string, string>();
  let at = 0;
  while (at < records.length) {
    const space = records.indexOf(0x20, at);
    const length = Number(records.subarray(at, space).toString('latin1'));
    const record = records.subarray(space + 1, at + length - 1);
    const equals = record.indexOf(0x3d);
    if (space < 0 || !Number.isInteger(length) || length < 5 || at + length > records.length || equals < 0)
      throw bad('the archive has a broken pax header');
    result.set(record.subarray(0, equals).toString('latin1'), decode(record.subarray(equals + 1)));
    at += length;
  }
  return result;
}

/** Takes an archive part by part. Whoever feeds it calls `end`. */
export class TarReader {
  readonly #visitor: TarVisitor;
  #pending: Buffer = Buffer.alloc(0);
  #left = 0;
  #padding = 0;
  #meta: { kind: string; parts: Buffer[] } | null = null;
  #next = new Map<string, string>();
  #over = false;
  #started = false;

  constructor(visitor: TarVisitor) {
    this.#visitor = visitor;
  }

  async write(chunk: Buffer): Promise<void> {
    // After the end nothing counts: tar fills up with zeros.
    if (this.#over) return;
    let bytes = this.#pending.length > 0 ? Buffer.concat([this.#pending, chunk]) : chunk;
    this.#pending = Buffer.alloc(0);
    while (bytes.length > 0 && !this.#over) {
      if (this.#left > 0) {
        const part = bytes.subarray(0, this.#left);
        bytes = bytes.subarray(part.length);
        this.#left -= part.length;
        if (this.#meta) this.#meta.parts.push(part);
        else await this.#visitor.data(part);
        if (this.#left === 0) this.#finishMeta();
      } else if (this.#padding > 0) {
        const skip = Math.min(this.#padding, bytes.length);
        this.#padding -= skip;
        bytes = bytes.subarray(skip);
      } else if (bytes.length < BLOCK) {
        this.#pending = Buffer.from(bytes);
        return;
      } else {
        await this.#header(bytes.subarray(0, BLOCK));
        bytes = bytes.subarray(BLOCK);
      }
    }
  }

  /** @throws Refusal for an archive that was cut off */
  end(): void {
    if (!this.#started) throw bad('the build context is empty, or no tar archive');
    if (this.#left > 0 || (this.#pending.length > 0 && !this.#over)) throw bad('the archive ends too early');
  }

  #finishMeta(): void {
    if (!this.#meta) return;
    const { kind, parts } = this.#meta;
    const content = Buffer.concat(parts);
    this.#meta = null;
    if (kind === 'L') this.#next.set('path', text(content));
    else if (kind === 'K') this.#next.set('linkpath', text(content));
    else if (kind === 'x') for (const [key, value] of pax(content)) this.#next.set(key, value);
  }

  async #header(block: Buffer): Promise<void> {
    if (block.every((byte) => byte === 0)) {
      if (!this.#started) throw bad('the build context is empty, or no tar archive');
      this.#over = true;
      return;
    }
    const sum = block.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0);
    if (sum !== octal(block.subarray(148, 156)))
      throw bad(this.#started ? 'the archive is damaged' : 'the build context is no tar archive, plain or gzip');
    this.#started = true;
    const kind = String.fromCharCode(block[156] ?? 0).replace('\0', '0');
    const size = octal(block.subarray(124, 136));
    if (kind === 'x' || kind === 'g' || kind === 'L' || kind === 'K') {
      if (size > LONG_NAME || size === 0) throw bad('the archive has a header that is too long');
      this.#meta = { kind, parts: [] };
      this.#expect(size);
      return;
    }
    const next = this.#next;
    this.#next = new Map();
    for (const key of next.keys()) {
      if (
        !/^(?:path|linkpath|size|mtime|atime|ctime|uid|gid|uname|gname|LIBARCHIVE\.creationtime|SCHILY\.xattr\.[\x20-\x7e]+|comment)$/.test(
          key,
        )
      )
        throw bad(`the archive has a pax header ${key.slice(0, 30)}, which is not supported`);
    }
    if (next.has('size') && next.get('size') !== String(size)) throw bad('the archive names two sizes for one file');
    const prefix = block.subarray(257, 262).toString('latin1') === 'ustar' && block[262] === 0 ? text(block.subarray(345, 500)) : '';
    const short = text(block.subarray(0, 100));
    const name = insideName(next.get('path') ?? (prefix === '' ? short : `${prefix}/${short}`));
    const link = next.get('linkpath') ?? text(block.subarray(157, 257));
    const common = { name, mode: octal(block.subarray(100, 108)) & 0o777, modified: octal(block.subarray(136, 148)) };
    switch (kind) {
      case '0':
      case '7':
        await this.#visitor.entry({ ...common, kind: 'file', size, link: '' });
        this.#expect(size);
        return;
      case '5':
        await this.#visitor.entry({ ...common, kind: 'folder', size: 0, link: '' });
        return;
      case '2':
        assertLinkInside(name, link);
        await this.#visitor.entry({ ...common, kind: 'symlink', size: 0, link });
        return;
      case '1':
        await this.#visitor.entry({ ...common, kind: 'hardlink', size: 0, link: insideName(link) });
        return;
      default:
        throw denied(`${name}: the archive has something that is neither file, folder nor link`);
    }
  }

  #expect(size: number): void {
    this.#left = size;
    this.#padding = (BLOCK - (size % BLOCK)) % BLOCK;
  }
}

function assertLinkInside(name: string, link: string): void {
  const depth = name.split('/').length - 1;
  let at = depth;
  let down = false;
  for (const part of link.split('/')) {
    // Up again after a name, which may be a link itself, leads nobody knows where.
    if (part === '..') at = down ? -1 : at - 1;
    else if (part !== '' && part !== '.') down = true;
    if (at < 0) break;
  }
  if (link === '' || link.startsWith('/') || link.includes('\\') || at < 0)
    throw denied(`${name}: a link to ${JSON.stringify(link.slice(0, 80))}, which is outside of the archive`);
}

/** The header of an entry, with a pax header before it where a name is long. */
export function tarHeader(entry: TarEntry): Buffer {
  const long = (value: string): boolean => Buffer.byteLength(value) > 100 || /[^\x20-\x7e]/.test(value);
  const records = [
    ...(long(entry.name) ? [['path', entry.name] as const] : []),
    ...(long(entry.link) ? [['linkpath', entry.link] as const] : []),
  ];
  const main = block(
    { ...entry, name: long(entry.name) ? 'long' : entry.name, link: long(entry.link) ? 'long' : entry.link },
    TYPES[entry.kind],
  );
  if (records.length === 0) return main;
  const content = Buffer.from(records.map(([key, value]) => record(key, value)).join(''));
  return Buffer.concat([
    block({ ...entry, name: 'pax', link: '', size: content.length, mode: 0o644 }, 'x'),
    content,
    padding(content.length),
    main,
  ]);
}

const TYPES = { file: '0', folder: '5', symlink: '2', hardlink: '1' } as const;

/** @param size of a file in bytes. @returns the zeros that follow it, up to a whole block */
export function padding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

export const TAR_END = Buffer.alloc(BLOCK * 2);

function record(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  if (rest + String(length).length !== length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

function block(entry: Omit<TarEntry, 'kind'>, type: string): Buffer {
  const header = Buffer.alloc(BLOCK);
  const number = (value: number, digits: number): string => `${Math.max(0, Math.floor(value)).toString(8).padStart(digits, '0')}\0`;
  header.write(entry.name, 0, 100, 'latin1');
  header.write(number(entry.mode, 7), 100, 'latin1');
  header.write(number(0, 7), 108, 'latin1');
  header.write(number(0, 7), 116, 'latin1');
  header.write(number(entry.size, 11), 124, 'latin1');
  header.write(number(entry.modified, 11), 136, 'latin1');
  header.write('        ', 148, 'latin1');
  header.write(type, 156, 'latin1');
  header.write(entry.link, 157, 100, 'latin1');
  header.write('ustar\0' + '00', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}
