/** The browser session and the protocol handlers: the host's own handlers answer every request of its pages. */
import { EventEmitter } from 'node:events';
import { lifecycle } from './lifecycle.ts';
import { toHostUrl, toPageUrl } from './url-map.ts';

type BeforeRequest = (details: { url: string }, callback: (answer: { cancel?: boolean }) => void) => void;
type Handler = (request: Request) => Promise<Response> | Response;
type PermissionCheck = (contents: null, permission: string, origin: string, details: { isMainFrame: boolean }) => boolean;

const schemes = new Set<string>();
const handlers = new Map<string, Handler>();

export const protocol = {
  registerSchemesAsPrivileged(list: readonly { scheme: string }[]): void {
    if (lifecycle.ready) throw new Error('registerSchemesAsPrivileged must be called before the app is ready');
    for (const { scheme } of list) schemes.add(scheme);
  },
  handle(scheme: string, handler: Handler): void {
    if (!lifecycle.ready) throw new Error('protocol.handle must be called after the app is ready');
    if (!schemes.has(scheme)) throw new Error(`the scheme ${scheme} was not registered`);
    if (handlers.has(scheme)) throw new Error(`the scheme ${scheme} is handled already`);
    handlers.set(scheme, handler);
  },
};

/** Names of permissions in Electron, and in the DevTools protocol. */
const PERMISSIONS: Readonly<Record<string, string>> = {
  'clipboard-sanitized-write': 'clipboard-write',
  'clipboard-read': 'clipboard-read',
  notifications: 'notifications',
  geolocation: 'geolocation',
  midi: 'midi',
  'idle-detection': 'idle-detection',
  'local-fonts': 'local-fonts',
  'persistent-storage': 'persistent-storage',
  'screen-wake-lock': 'screen-wake-lock',
  'window-management': 'window-management',
};

class Session extends EventEmitter {
  private before: BeforeRequest | null = null;
  private check: PermissionCheck | null = null;
  private requestHandlerSet = false;

  readonly webRequest = {
    onBeforeRequest: (listener: BeforeRequest) => {
      this.before = listener;
    },
  };

  setPermissionRequestHandler(): void {
    this.requestHandlerSet = true;
  }

  setPermissionCheckHandler(handler: PermissionCheck): void {
    this.check = handler;
  }

  setDevicePermissionHandler(): void {}

  setDisplayMediaRequestHandler(): void {}

  /** What Chromium shall grant to `origin`: what the host's own handler says of each permission that can be set here. */
  permissions(origin: string): { origin: string; permission: { name: string }; setting: 'granted' | 'denied' }[] {
    const check = this.check;
    if (check === null || !this.requestHandlerSet) throw new Error('the host sets both permission handlers before its first window');
    return Object.entries(PERMISSIONS).map(([electron, name]) => ({
      origin: new URL(toPageUrl(origin)).origin,
      permission: { name },
      setting: check(null, electron, origin, { isMainFrame: true }) ? 'granted' : 'denied',
    }));
  }

  /** The answer of the host, or null where it blocks the request or has no handler. */
  async answer(url: string, method: string): Promise<Response | null> {
    const before = this.before;
    const cancelled = await new Promise<boolean>((resolve) => {
      if (before === null) resolve(false);
      else before({ url }, ({ cancel }) => resolve(cancel === true));
    });
    const handler = handlers.get(new URL(url).protocol.slice(0, -1));
    return cancelled || handler === undefined ? null : handler(new Request(url, { method }));
  }

  /** Whether the host lets a download go on. */
  mayDownload(pageUrl: string): boolean {
    let prevented = false;
    const event = { preventDefault: () => (prevented = true) };
    this.emit('will-download', event, { getURL: () => toHostUrl(pageUrl) });
    return !prevented;
  }
}

export const defaultSession = new Session();
export const session = { defaultSession };
