/** Headers of every answer. */
import { LOAD_AGAIN_SOURCE } from './load-again.ts';

/** What an answer that is no page may load: nothing. */
const NOTHING = "default-src 'none'; frame-ancestors 'none'";

const PERMISSIONS = ['camera', 'display-capture', 'geolocation', 'hid', 'microphone', 'midi', 'payment', 'serial', 'usb']
  .map((name) => `${name}=()`)
  .join(', ');

export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': NOTHING,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': PERMISSIONS,
  'cache-control': 'no-store',
};

/**
 * The policy of the page. xterm.js and CodeMirror make `<style>` elements, stamped with the nonce, and style attributes;
 * all else comes from this host. The one inline script is admitted by its hash.
 * @param host name and port as the browser asked for them
 */
export function pagePolicy(nonce: string, host: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' ${LOAD_AGAIN_SOURCE}`,
    `style-src-elem 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' blob:",
    "font-src 'self'",
    `connect-src 'self' ws://${host}`,
    "worker-src 'self'",
    "frame-src 'none'",
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
}

/** Only for `npm run dev`: Vite's own inline scripts and style elements, and its line for hot reloading on another port. */
export function developmentPolicy(): string {
  return [
    "default-src 'self'",
    "script-src 'self' 'unsafe-inline'",
    "style-src-elem 'self' 'unsafe-inline'",
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' blob: data:",
    "connect-src 'self' ws://127.0.0.1:* ws://localhost:*",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
