/** The origin of the renderer: an own scheme instead of file://, so that a page has exactly this origin and no file access. */
export const SCHEME = 'app';
export const UI_HOST = 'ui';
export const UI_URL = `${SCHEME}://${UI_HOST}/`;

/**
 * Whether `url` is a page of the renderer. The URL is parsed: a prefix comparison would take `app://ui.example/` or
 * `app://ui@host/` for our own.
 */
export function isUiUrl(url: string): boolean {
  const parsed = URL.parse(url);
  return parsed !== null && parsed.protocol === `${SCHEME}:` && parsed.host === UI_HOST && parsed.username === '' && parsed.password === '';
}

/** Whether `url` is a blob that a page of the renderer made. */
export function isUiBlob(url: string): boolean {
  return url.startsWith('blob:') && isUiUrl(url.slice('blob:'.length));
}
