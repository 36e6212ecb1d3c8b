/** What every request and upgrade must satisfy before anything looks at it. Pure. */
import type { IncomingMessage } from 'node:http';

export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** Values of a header, one per line as sent: `headers` would hide that one came twice. */
function values(rawHeaders: readonly string[], name: string): string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}

/** The names under which this host may be asked for; anything else is a page elsewhere whose name was pointed here. */
export function ownHosts(port: number): ReadonlySet<string> {
  return new Set([`127.0.0.1:${port}`, `localhost:${port}`]);
}

/** Forwarded headers are ignored: there is no proxy in front of a loopback listener. */
function checkHost({ rawHeaders }: IncomingMessage, hosts: ReadonlySet<string>): Refusal | string {
  const [host, second] = values(rawHeaders, 'host');
  if (host !== undefined && second === undefined && hosts.has(host.toLowerCase())) return host.toLowerCase();
  return { status: 421, code: 'wrong-host', message: 'Ops Lab is not reached by this name. Use the address that it printed.' };
}

/** Exactly one Origin, and it is the one of the page that this very host served. */
function checkOrigin({ rawHeaders }: IncomingMessage, host: string): Refusal | null {
  const [origin, second] = values(rawHeaders, 'origin');
  if (origin !== undefined && second === undefined && origin.toLowerCase() === `http://${host}`) return null;
  return { status: 403, code: 'wrong-origin', message: 'Only pages of Ops Lab itself may do this.' };
}

/** @returns the refusal of an upgrade, or null: the host's name, then the origin */
export function refuseUpgrade(request: IncomingMessage, hosts: ReadonlySet<string>): Refusal | null {
  const host = checkHost(request, hosts);
  return typeof host === 'string' ? checkOrigin(request, host) : host;
}

/**
 * @returns the refusal of a request, or null. Reading is free of origins, since it changes nothing; a POST has to come
 * from our own page, as JSON, with a header that no form can send
 */
export function refuseRequest(request: IncomingMessage, hosts: ReadonlySet<string>): Refusal | null {
  const host = checkHost(request, hosts);
  if (typeof host !== 'string') return host;
  if (request.method === 'GET' || request.method === 'HEAD') return null;
  if (request.method !== 'POST') return { status: 405, code: 'wrong-method', message: 'Only GET, HEAD and POST are known here.' };
  const wrongOrigin = checkOrigin(request, host);
  if (wrongOrigin !== null) return wrongOrigin;
  const site = values(request.rawHeaders, 'sec-fetch-site');
  if (site.some((value) => value !== 'same-origin') || request.headers['x-opslab'] !== '1') {
    return { status: 403, code: 'wrong-origin', message: 'Only pages of Ops Lab itself may do this.' };
  }
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  return type === 'application/json' ? null : { status: 415, code: 'wrong-type', message: 'Send application/json.' };
}
