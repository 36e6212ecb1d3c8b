/** Serves the built renderer at app://ui/. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { CustomScheme, Protocol } from 'electron';
import { SCHEME } from './app-url.ts';
import { findUiFile, type UiFiles } from './ui-files.ts';

/** `standard` gives it an origin, `secure` the APIs of a secure context. Nothing else: no CORS, no service workers, no CSP bypass. */
export const UI_SCHEME: CustomScheme = { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } };

/** Path of the page that is shown after the renderer crashed twice. It needs no script and none of the built files. */
export const CRASH_PATH = '/crashed';

const CRASH_PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Ops Lab</title>
<h1>The window crashed twice</h1>
<p>Your sessions and everything you did are kept: they live outside this window.</p>
<p><a href="/">Open Ops Lab again</a></p></html>`;

/** Where index.html asks for the nonce of its response. */
const NONCE_MARK = '__CSP_NONCE__';

/**
 * xterm.js and CodeMirror make style elements (stamped with the nonce) and style attributes; everything else comes from
 * our own origin. There is no network source: calls and terminal bytes travel through message ports.
 */
export function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src-elem 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-src 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
}

/** The answer to one request for the own scheme: a listed file, or 404 (405 for anything but reading). */
export async function respond(files: UiFiles, request: { readonly url: string; readonly method: string }): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'method not allowed');
  const found = findUiFile(files, request.url);
  const nonce = randomBytes(18).toString('base64');
  const headers = {
    'content-security-policy': contentSecurityPolicy(nonce),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  };
  if (found === null) {
    const crash = URL.parse(request.url)?.pathname === CRASH_PATH;
    return crash
      ? new Response(CRASH_PAGE, { headers: { ...headers, 'content-type': 'text/html; charset=utf-8' } })
      : plain(404, 'not found');
  }
  const bytes = await readFile(found.file);
  const body = found.contentType.startsWith('text/html') ? bytes.toString('utf8').replaceAll(NONCE_MARK, nonce) : bytes;
  return new Response(body, { headers: { ...headers, 'content-type': found.contentType } });
}

/** Answers for the scheme from now on; call it once, after `ready`. */
export function handleUiScheme(protocol: Protocol, files: UiFiles): void {
  protocol.handle(SCHEME, (request) => respond(files, request));
}

function plain(status: number, text: string): Response {
  return new Response(text, { status, headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' } });
}
