import { EventEmitter } from 'node:events';
import { Chromium, type Json } from './cdp.ts';
import { tell } from './control.ts';
import { lifecycle } from './lifecycle.ts';
import { defaultSession } from './session.ts';
import { toHostUrl } from './url-map.ts';
import { preventable, WebContents } from './web-contents.ts';

interface Preferences {
  readonly preload: string;
  readonly [name: string]: unknown;
}

/** What a window must ask for; the host under test is refused otherwise. */
const REQUIRED: Readonly<Record<string, boolean>> = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  webviewTag: false,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
};

const windows = new Set<BrowserWindow>();
let browser: Promise<Chromium> | null = null;
/** Told when the last window has closed by itself. */
export const windowEvents = new EventEmitter();

/** Chromium, started with the first window, with its profile below userData. */
function startBrowser(): Promise<Chromium> {
  browser ??= Chromium.launch(lifecycle.userData).then(async (chromium) => {
    const { root } = chromium;
    await root.send('Target.setDiscoverTargets', { discover: true });
    // Chromium's own first, empty page was reported by now. Any other page that no window asked for is a pop-up.
    root.on('Target.targetCreated', ({ targetInfo }: { targetInfo: { targetId: string; type: string } }) => {
      if (targetInfo.type !== 'page' || opening > 0 || isKnown(targetInfo.targetId)) return;
      root.send('Target.closeTarget', { targetId: targetInfo.targetId }).catch(() => {});
    });
    root.on('Target.targetDestroyed', ({ targetId }: Json) => {
      for (const window of [...windows]) if (window.webContents.targetId === targetId) window.gone();
    });
    root.on('Browser.downloadWillBegin', ({ guid, url }: Json) => {
      const allowed = defaultSession.mayDownload(String(url));
      if (!allowed) root.send('Browser.cancelDownload', { guid }).catch(() => {});
      tell({ type: 'download', url: toHostUrl(String(url)), allowed });
    });
    await root.send('Browser.setDownloadBehavior', { behavior: 'default', eventsEnabled: true });
    for (const permission of defaultSession.permissions('app://ui/')) await root.send('Browser.setPermission', { ...permission });
    tell({ type: 'ready', endpoint: chromium.endpoint });
    return chromium;
  });
  return browser;
}

export async function stopBrowser(): Promise<void> {
  await browser?.then((chromium) => chromium.close()).catch(() => {});
}

let opening = 0;
const isKnown = (targetId: string) => [...windows].some((window) => window.webContents.targetId === targetId);

export class BrowserWindow extends EventEmitter {
  readonly webContents: WebContents;
  private destroyed = false;
  private readonly attached: Promise<Chromium>;

  static getAllWindows(): BrowserWindow[] {
    return [...windows];
  }

  static getFocusedWindow(): BrowserWindow | null {
    return [...windows].at(-1) ?? null;
  }

  constructor(options: { width: number; height: number; webPreferences: Preferences }) {
    super();
    const preferences = options.webPreferences;
    for (const [name, value] of Object.entries(REQUIRED)) {
      if (preferences[name] !== value) throw new Error(`webPreferences.${name} must be ${value}, it is ${preferences[name]}`);
    }
    this.webContents = new WebContents(preferences.preload);
    windows.add(this);
    this.attached = this.open(options.width, options.height);
    this.attached.catch((error: Error) => console.error('stand-in: no window:', error));
    this.webContents.once('did-finish-load', () => this.emit('ready-to-show'));
    this.webContents.on('did-finish-load', () => tell({ type: 'loaded', url: this.webContents.getURL() }));
  }

  private async open(width: number, height: number): Promise<Chromium> {
    if (!lifecycle.ready) throw new Error('a window is opened after the app is ready');
    const chromium = await startBrowser();
    opening += 1;
    try {
      const { targetId } = await chromium.root.send('Target.createTarget', { url: 'about:blank', width, height, newWindow: true });
      await this.webContents.attach(chromium, String(targetId));
    } finally {
      opening -= 1;
    }
    return chromium;
  }

  async loadURL(url: string): Promise<void> {
    await this.attached;
    await this.webContents.loadURL(url);
  }

  /** Whether nobody prevented it. */
  close(): boolean {
    const event = preventable({});
    this.emit('close', event);
    if (event.defaultPrevented) return false;
    this.attached
      .then((chromium) => chromium.root.send('Target.closeTarget', { targetId: this.webContents.targetId }))
      .catch(() => this.gone());
    return true;
  }

  /** The page is no more, whoever closed it. */
  gone(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    windows.delete(this);
    this.webContents.destroyed();
    this.emit('closed');
    if (windows.size === 0) windowEvents.emit('all-closed');
  }

  isDestroyed(): boolean {
    return this.destroyed;
  }

  show(): void {}

  focus(): void {
    tell({ type: 'focused' });
    this.emit('focus');
  }

  restore(): void {}

  isMinimized(): boolean {
    return false;
  }

  isFocused(): boolean {
    return true;
  }

  isFullScreen(): boolean {
    return false;
  }

  setFullScreen(): void {}
}
