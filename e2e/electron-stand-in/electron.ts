/**
 * Answers for the few Electron APIs that the host uses, so that the built entry and preload run in plain Node with a real
 * Chromium. Test support: nothing of it is shipped. What it covers and what only Electron itself covers is in
 * docs/electron-host.md.
 */
import { EventEmitter } from 'node:events';
import { mkdirSync } from 'node:fs';
import { BrowserWindow, stopBrowser, windowEvents } from './browser-window.ts';
import { ask, listenToTest, tell } from './control.ts';
import { holdLock, releaseLock } from './instance-lock.ts';
import { lifecycle } from './lifecycle.ts';
import { preventable } from './web-contents.ts';

export { BrowserWindow } from './browser-window.ts';
export { ipcMain } from './ipc-main.ts';
export { MessageChannelMain } from './ports.ts';
export { protocol, session } from './session.ts';

class App extends EventEmitter {
  readonly isPackaged = false;
  private sandboxed = false;
  private quitting = false;
  /** Electron runs the whole entry before it is ready. */
  private readonly starting = new Promise<void>((resolve, reject) => {
    setImmediate(() => {
      lifecycle.ready = true;
      if (this.sandboxed) resolve();
      else reject(new Error('app.enableSandbox() must be called before the app is ready'));
    });
  });

  enableSandbox(): void {
    if (lifecycle.ready) throw new Error('app.enableSandbox() must be called before the app is ready');
    this.sandboxed = true;
  }

  whenReady(): Promise<void> {
    return this.starting;
  }

  getPath(name: string): string {
    if (name === 'userData') return lifecycle.userData;
    throw new Error(`the stand-in knows no path ${name}`);
  }

  setPath(name: string, path: string): void {
    if (name !== 'userData') throw new Error(`the stand-in cannot set the path ${name}`);
    mkdirSync(path, { recursive: true });
    lifecycle.userData = path;
  }

  requestSingleInstanceLock(): boolean {
    return holdLock(lifecycle.userData, (argv) => this.emit('second-instance', preventable({}), argv, process.cwd()));
  }

  quit(): void {
    if (this.quitting) return;
    this.quitting = true;
    const before = preventable({});
    this.emit('before-quit', before);
    const stays = before.defaultPrevented || BrowserWindow.getAllWindows().some((window) => !window.close());
    if (stays) {
      this.quitting = false;
      return;
    }
    const last = preventable({});
    this.emit('will-quit', last);
    this.quitting = false;
    if (!last.defaultPrevented) this.exit(0);
  }

  exit(code: number): void {
    releaseLock();
    stopBrowser().finally(() => process.exit(code));
  }
}

export const app = new App();

// As Electron does on Linux and macOS.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit());

windowEvents.on('all-closed', () => {
  if (!app.emit('window-all-closed')) app.quit();
});

/** The machine's sleep and its end, which a test brings about. */
export const powerMonitor = new EventEmitter();

listenToTest((command) => {
  if (command.type === 'power') {
    powerMonitor.emit(command.event, preventable({}));
    return;
  }
  if (command.type === 'menu') {
    press(command.label);
    return;
  }
  const window = BrowserWindow.getFocusedWindow();
  if (command.type === 'crash-renderer') window?.webContents.crash();
  else window?.close();
});

interface MessageBox {
  readonly message: string;
  readonly detail?: string;
  readonly buttons?: readonly string[];
  readonly cancelId?: number;
}

export const dialog = {
  async showMessageBox(...given: [MessageBox] | [BrowserWindow, MessageBox]): Promise<{ response: number; checkboxChecked: boolean }> {
    const box = given[1] ?? (given[0] as MessageBox);
    const { response, checked } = await ask(box.message, box.detail ?? '', box.buttons ?? ['OK'], box.cancelId ?? 0);
    return { response, checkboxChecked: checked };
  },
  showErrorBox(title: string, content: string): void {
    tell({ type: 'error-box', title, content });
    console.error(`${title}: ${content}`);
  },
};

export const shell = {
  /** Nothing is opened in a test; the test is told. */
  async openExternal(url: string): Promise<void> {
    tell({ type: 'open-external', url });
  },
};

interface MenuItem {
  readonly label?: string;
  readonly submenu?: readonly MenuItem[];
  click?(): void;
}

let menu: readonly MenuItem[] = [];

function press(label: string): void {
  menu
    .flatMap(({ submenu = [] }) => submenu)
    .find((item) => item.label === label)
    ?.click?.();
}

/** There is no menu bar here: that menus leave the shell's keys alone is tested on the template. A test may press an item. */
export const Menu = {
  buildFromTemplate: (template: readonly MenuItem[]) => template,
  setApplicationMenu(template: readonly MenuItem[]): void {
    menu = template;
  },
};
