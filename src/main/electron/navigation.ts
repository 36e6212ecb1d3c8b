import type { WebContents } from 'electron';
import { isUiUrl } from './app-url.ts';

/**
 * Keeps a page where it is: only pages of the renderer are navigated to, no window is opened, no webview attached. A link
 * that asks for a new window goes to `openLink`, which decides by itself.
 */
export function guardNavigation(contents: WebContents, openLink: (url: string) => void): void {
  contents.on('will-navigate', (event) => {
    if (!isUiUrl(event.url)) event.preventDefault();
  });
  contents.on('will-redirect', (event) => {
    if (!isUiUrl(event.url)) event.preventDefault();
  });
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame || !isUiUrl(event.url)) event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.on('select-bluetooth-device', (event, _devices, callback) => {
    event.preventDefault();
    callback('');
  });
  contents.setWindowOpenHandler(({ url }) => {
    openLink(url);
    return { action: 'deny' };
  });
}
