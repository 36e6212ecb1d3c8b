import { BrowserWindow, type WebContents } from 'electron';
import { isUiUrl, UI_URL } from './app-url.ts';
import { guardNavigation } from './navigation.ts';
import { CRASH_PATH } from './ui-protocol.ts';
import { webPreferences } from './web-preferences.ts';

/** A second crash within this time is a loop, in milliseconds. */
const CRASH_LOOP_MS = 60_000;
/** Tells the page that it was loaded again after a crash. */
const RECOVERED = '?recovered';

export interface WindowOptions {
  readonly preload: string;
  readonly packaged: boolean;
  readonly openLink: (url: string) => void;
  /** Whether the last window may close: closing it ends the app (but not on macOS). */
  readonly mayCloseLast: () => boolean;
  readonly log: (line: string) => void;
}

/** The windows of the app. Each shows the renderer; the object knows which are ours. */
export class Windows {
  private readonly options: WindowOptions;
  private readonly open = new Set<BrowserWindow>();

  constructor(options: WindowOptions) {
    this.options = options;
  }

  isOurs(contents: WebContents): boolean {
    return [...this.open].some((window) => window.webContents === contents);
  }

  /** The window to talk to: the focused one, else any; null when none is open. */
  current(): BrowserWindow | null {
    const windows = [...this.open];
    return windows.find((window) => window.isFocused()) ?? windows[0] ?? null;
  }

  /**
   * Brings the current window to the front, or opens the first.
   * @param url page of ours to show in it; without one it stays where it is
   */
  show(url?: string): void {
    const window = this.current();
    if (window === null) {
      this.create(url);
      return;
    }
    if (url !== undefined) this.load(window, url);
    if (window.isMinimized()) window.restore();
    window.focus();
  }

  create(url = UI_URL): BrowserWindow {
    const window = new BrowserWindow({
      width: 1440,
      height: 900,
      minWidth: 900,
      minHeight: 600,
      show: false,
      backgroundColor: '#0b0f14',
      title: 'Ops Lab',
      webPreferences: webPreferences(this.options.preload, this.options.packaged),
    });
    this.open.add(window);
    window.once('ready-to-show', () => window.show());
    window.on('close', (event) => {
      if (this.open.size === 1 && !this.options.mayCloseLast()) event.preventDefault();
    });
    window.on('closed', () => this.open.delete(window));
    guardNavigation(window.webContents, this.options.openLink);
    this.recoverFromCrashes(window);
    this.load(window, url);
    return window;
  }

  /**
   * Once the page where the learner was, with a word that it was loaded again; then a page without scripts: a renderer that
   * crashes at once would otherwise do so for ever.
   */
  private recoverFromCrashes(window: BrowserWindow): void {
    let lastCrash = Number.NEGATIVE_INFINITY;
    window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
      if (reason === 'clean-exit' || window.isDestroyed()) return;
      this.options.log(`the window's process ended: ${reason} (${exitCode})`);
      const loop = performance.now() - lastCrash < CRASH_LOOP_MS;
      lastCrash = performance.now();
      this.load(window, loop ? new URL(CRASH_PATH, UI_URL).href : recoveredUrl(window.webContents.getURL()));
    });
  }

  private load(window: BrowserWindow, url: string): void {
    window.loadURL(url).catch((error: Error) => this.options.log(`${url} did not load: ${error.message}`));
  }
}

/** @param before address of the page that crashed: the browser's process still has it */
function recoveredUrl(before: string): string {
  const url = new URL(isUiUrl(before) ? before : UI_URL);
  if (url.pathname === CRASH_PATH) return new URL(RECOVERED, UI_URL).href;
  url.search = RECOVERED;
  return url.href;
}
