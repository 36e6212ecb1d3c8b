import { isUiUrl } from './app-url.ts';

/** What a page of ours may do beyond what every page may. Reading the clipboard is not among it: pasting needs no permission. */
const GRANTED: ReadonlySet<string> = new Set(['clipboard-sanitized-write']);

/** Whether `origin` (a URL) gets `permission`: used for the asynchronous request and for the synchronous check alike. */
export function isGranted(permission: string, origin: string): boolean {
  return GRANTED.has(permission) && isUiUrl(origin);
}
