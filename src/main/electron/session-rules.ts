/** What pages of a browser session may reach: permissions, devices, downloads, addresses. Deny, then name the exceptions. */
import type { Session } from 'electron';
import { isUiBlob, isUiUrl } from './app-url.ts';
import { isGranted } from './permissions.ts';

/** Refuses every permission, device, download and address that the app has no use for. @param session of the app's window */
export function applySessionRules(session: Session): void {
  session.setPermissionRequestHandler((contents, permission, callback, details) => {
    callback(details.isMainFrame && isGranted(permission, details.requestingUrl || contents.getURL()));
  });
  session.setPermissionCheckHandler((_contents, permission, requestingOrigin, details) => {
    return details.isMainFrame && isGranted(permission, requestingOrigin);
  });
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, callback) => callback(null));
  session.on('select-hid-device', (event, _details, callback) => {
    event.preventDefault();
    callback(null);
  });
  session.on('select-usb-device', (event, _details, callback) => {
    event.preventDefault();
    callback();
  });
  session.on('select-serial-port', (event, _ports, _contents, callback) => {
    event.preventDefault();
    callback('');
  });
  // The learner's export and the postmortem are blobs that the page made itself; nothing else is ever saved.
  session.on('will-download', (event, item) => {
    if (!isUiBlob(item.getURL())) event.preventDefault();
  });
  session.webRequest.onBeforeRequest((details, callback) => {
    callback({ cancel: !mayRequest(details.url) });
  });
}

/** Whether the renderer may ask for `url` at all: our own pages and the blobs they make. No network, no files. */
export function mayRequest(url: string): boolean {
  // The developer tools are pages of their own scheme; packaged apps have none.
  return isUiUrl(url) || isUiBlob(url) || url.startsWith('devtools:');
}
