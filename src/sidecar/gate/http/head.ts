/** The head of a request, read strictly: whatever two parsers could read in two ways is refused and the connection closed. */
import { broken, Refusal } from '../refusal.ts';

export interface RequestHead {
  readonly method: Method;
  /** As it came, without the query. */
  readonly path: string;
  /** As it came, without `?`. */
  readonly query: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: { readonly kind: 'none' } | { readonly kind: 'length'; readonly length: number } | { readonly kind: 'chunked' };
  readonly upgrade: string | null;
}

export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'] as const;
export type Method = (typeof METHODS)[number];

export interface HeadBounds {
  readonly headFields: number;
  readonly targetBytes: number;
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const PATH = /^(?:\/[A-Za-z0-9_.:@-]+)+$/;
const QUERY = /^[A-Za-z0-9._~*%+&=:,/@!'"()[\]{}$|^-]*$/;
/** Meaningless or dangerous when they come twice. */
const ONCE = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'content-type',
  'connection',
  'upgrade',
  'expect',
  'content-encoding',
]);

/**
 * @param head all before the empty line, as latin1
 * @throws Refusal that closes the connection
 */
export function parseHead(head: string, bounds: HeadBounds): RequestHead {
  if (/[^\t\r\n\x20-\x7e]/.test(head)) throw broken('a header with characters that are not allowed there');
  const lines = head.split('\r\n');
  if (lines.some((line) => /[\r\n]/.test(line))) throw broken('a line that does not end with CR LF');
  const [requestLine = '', ...fields] = lines;
  const { method, path, query } = parseRequestLine(requestLine, bounds);
  if (fields.length > bounds.headFields) throw new Refusal(431, `more than ${bounds.headFields} header fields`, true);
  const headers = new Map<string, string>();
  for (const field of fields) {
    const colon = field.indexOf(':');
    const name = field.slice(0, Math.max(0, colon));
    if (!TOKEN.test(name)) throw broken('a header field without a proper name');
    const key = name.toLowerCase();
    const value = field.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '');
    const before = headers.get(key);
    if (before !== undefined && ONCE.has(key)) throw broken(`the header ${name} twice`);
    headers.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  // Older clients send an empty one when they attach.
  if (!/^[A-Za-z0-9._~:%/[\]-]{0,255}$/.test(headers.get('host') ?? ' ')) throw broken('no Host header, or not a proper one');
  if (headers.has('expect')) throw new Refusal(417, 'the header Expect is not supported', true);
  const body = bodyOf(method, headers);
  return { method, path, query, headers, body, upgrade: upgradeOf(headers) };
}

function parseRequestLine(line: string, bounds: HeadBounds): { method: Method; path: string; query: string } {
  const [method = '', target = '', version = '', ...rest] = line.split(' ');
  if (rest.length > 0 || version !== 'HTTP/1.1') throw broken('not a request of HTTP/1.1');
  if (target.length > bounds.targetBytes) throw broken(`a target of more than ${bounds.targetBytes} bytes`);
  if (!METHODS.includes(method as Method)) throw broken('a method that the Engine API does not have');
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const query = mark < 0 ? '' : target.slice(mark + 1);
  if (!PATH.test(path) || path.split('/').some((part) => part === '.' || part === '..')) {
    throw broken('a path with characters, or segments, that the Engine API does not have');
  }
  if (!QUERY.test(query)) throw broken('a query with characters that are not allowed there');
  return { method: method as Method, path, query };
}

function bodyOf(method: Method, headers: ReadonlyMap<string, string>): RequestHead['body'] {
  const length = headers.get('content-length');
  const encoding = headers.get('transfer-encoding');
  if (length !== undefined && encoding !== undefined) throw broken('both Content-Length and Transfer-Encoding');
  if (encoding !== undefined && encoding !== 'chunked') throw broken('a Transfer-Encoding other than chunked');
  if (length !== undefined && !/^(?:0|[1-9]\d{0,14})$/.test(length)) throw broken('a Content-Length that is no plain number');
  const kind = encoding !== undefined ? 'chunked' : length === undefined || length === '0' ? 'none' : 'length';
  if (kind !== 'none' && method !== 'POST' && method !== 'PUT') throw broken(`a ${method} with a body`);
  return kind === 'length' ? { kind, length: Number(length) } : { kind };
}

function upgradeOf(headers: ReadonlyMap<string, string>): string | null {
  const upgrade = headers.get('upgrade');
  return upgrade === undefined ? null : upgrade;
}
