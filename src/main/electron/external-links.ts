/** The one way from a page to the system's browser. */

const MAX_LENGTH = 2048;
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/**
 * The URL in the form in which it may be opened and shown (host in punycode), or null when it may not: https only, http
 * for this machine, no credentials, no control characters, at most 2048 characters.
 */
export function externalUrl(text: string): string | null {
  if (text.length > MAX_LENGTH || CONTROL.test(text)) return null;
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '') return null;
  const allowed = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));
  return allowed ? url.href : null;
}

export interface ExternalLinkHost {
  /** Asks the person; true when the link shall be opened. */
  confirm(url: string, host: string): Promise<boolean>;
  open(url: string): Promise<void>;
}

/**
 * Makes the function that opens links. Each link is confirmed; while one question is open, further links are dropped,
 * so that a page cannot bury the person in questions.
 */
export function externalLinks(host: ExternalLinkHost): (text: string) => Promise<void> {
  let asking = false;
  return async (text) => {
    const url = externalUrl(text);
    if (url === null || asking) return;
    asking = true;
    try {
      if (await host.confirm(url, new URL(url).host)) await host.open(url);
    } finally {
      asking = false;
    }
  };
}
