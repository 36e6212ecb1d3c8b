/**
 * The one place where URLs are translated. Chromium knows no scheme `app:`, so `app://HOST/path` is shown as
 * `https://HOST.app.invalid/path`: also a secure context with an origin of its own. The host under test sees only `app://`.
 */
const SUFFIX = '.app.invalid';

/** How the page shows the host's `url`. */
export function toPageUrl(url: string): string {
  const match = /^(blob:)?app:\/\/([^/?#]+)(.*)$/s.exec(url);
  return match === null ? url : `${match[1] ?? ''}https://${match[2]}${SUFFIX}${match[3]}`;
}

/** What the host calls the page's `url`. */
export function toHostUrl(url: string): string {
  const match = /^(blob:)?https:\/\/([^/?#]+)\.app\.invalid(.*)$/s.exec(url);
  return match === null ? url : `${match[1] ?? ''}app://${match[2]}${match[3]}`;
}
