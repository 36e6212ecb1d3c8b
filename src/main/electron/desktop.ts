/** The Electron host: one window with the renderer, ports to the core, and an orderly end. */
import { join } from 'node:path';
import { app, BrowserWindow, dialog, ipcMain, Menu, MessageChannelMain, protocol, session, shell } from 'electron';
import type { Caller, Core } from '../core/core.ts';
import { externalLinks } from './external-links.ts';
import type { GuardedPort } from './guarded-port.ts';
import { quitInOrder } from './lifecycle.ts';
import { menuTemplate } from './menu.ts';
import { type DesktopOptions, readOptions } from './options.ts';
import { handOverPorts } from './ports.ts';
import { applySessionRules } from './session-rules.ts';
import { listUiFiles } from './ui-files.ts';
import { handleUiScheme, UI_SCHEME } from './ui-protocol.ts';
import { Windows } from './windows.ts';

export interface DesktopParts {
  /** Folder of the built renderer, and the built preload script; absolute. */
  readonly uiFolder: string;
  readonly preload: string;
  /** Where the data is when no argument names a place. */
  readonly defaultDataDirectory: string;
  openCore(options: DesktopOptions & { readonly dataDirectory: string }): Promise<Core>;
  /** Serves the contract's calls to the person at this machine until the port closes. */
  connectRpc(core: Core, port: GuardedPort): void;
}

const log = (line: string) => console.error(`ops-lab: ${line}`);

/** Who sits at this machine, as of now: the window may switch learners. */
export function localCaller(core: Core): Caller {
  return { learnerId: core.learners.current().id, role: 'local', loopback: true };
}

/**
 * Runs the host until the person quits. Call it synchronously from the entry: the scheme and the sandbox must be set up
 * before Electron is ready.
 */
export function runDesktop(parts: DesktopParts): void {
  app.enableSandbox();
  protocol.registerSchemesAsPrivileged([UI_SCHEME]);
  const options = readOptions(process.argv.slice(1));
  const dataDirectory = options.dataDirectory ?? parts.defaultDataDirectory;
  // Chromium's own files live beside ours, and the lock for the single instance is per data directory.
  app.setPath('userData', join(dataDirectory, 'electron'));
  if (!app.requestSingleInstanceLock()) {
    log('Ops Lab is open already with this data directory; its window was brought to the front.');
    app.quit();
    return;
  }
  app
    .whenReady()
    .then(() => start(parts, { ...options, dataDirectory }))
    .catch((error: Error) => {
      log(error.message);
      dialog.showErrorBox('Ops Lab cannot start', error.message);
      app.exit(1);
    });
}

async function start(parts: DesktopParts, options: DesktopOptions & { readonly dataDirectory: string }): Promise<void> {
  handleUiScheme(protocol, listUiFiles(parts.uiFolder));
  applySessionRules(session.defaultSession);
  const core = await parts.openCore(options);
  quitInOrder(app, () => core.close(), log);

  const openLink = externalLinks({
    confirm: async (url, host) => {
      const question = { type: 'question' as const, buttons: ['Cancel', 'Open in the browser'], defaultId: 0, cancelId: 0 };
      const words = { message: `Open ${host} in your browser?`, detail: url, noLink: true };
      const window = windows.current();
      const { response } = await (window === null
        ? dialog.showMessageBox({ ...question, ...words })
        : dialog.showMessageBox(window, { ...question, ...words }));
      return response === 1;
    },
    open: (url) => shell.openExternal(url),
  });
  const windows = new Windows({
    preload: parts.preload,
    packaged: app.isPackaged,
    openLink: (url) => {
      openLink(url).catch((error: Error) => log(`a link did not open: ${error.message}`));
    },
    log,
  });
  handOverPorts(
    {
      ipcMain,
      makeChannel: () => new MessageChannelMain(),
      isOurs: (contents) => windows.isOurs(contents),
      refused: (reason) => log(`refused: ${reason}`),
    },
    {
      connectRpc: (port) => parts.connectRpc(core, port),
      attachTerminal: (terminalId, channel) => core.sessions.attachTerminal(localCaller(core), terminalId, channel),
    },
  );
  installMenu();

  app.on('second-instance', () => windows.show());
  app.on('activate', () => windows.show());
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  windows.create();
  console.log(`Ops Lab is open in its own window. Its data is in ${options.dataDirectory}`);
}

function installMenu(): void {
  const focused = () => BrowserWindow.getFocusedWindow();
  const template = menuTemplate(process.platform, app.isPackaged, {
    close: () => focused()?.close(),
    reload: () => focused()?.webContents.reload(),
    quit: () => app.quit(),
    zoom: (step) => {
      const contents = focused()?.webContents;
      contents?.setZoomLevel(step === 0 ? 0 : contents.getZoomLevel() + step);
    },
    toggleFullScreen: () => {
      const window = focused();
      window?.setFullScreen(!window.isFullScreen());
    },
    toggleDeveloperTools: () => focused()?.webContents.toggleDevTools(),
  });
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
