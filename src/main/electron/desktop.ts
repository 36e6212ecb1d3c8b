/** The Electron host: windows with the renderer, ports to the core, and an orderly end. */
import { join } from 'node:path';
import { app, BrowserWindow, dialog, ipcMain, Menu, MessageChannelMain, powerMonitor, protocol, session, shell } from 'electron';
import { isLive } from '../../shared/domain/session-state.ts';
import type { Caller, Core } from '../core/core.ts';
import { Closing, type Fate } from './closing.ts';
import { externalLinks } from './external-links.ts';
import type { GuardedPort } from './guarded-port.ts';
import { openLearnerFile } from './learner-file.ts';
import { quitInOrder } from './lifecycle.ts';
import { menuTemplate } from './menu.ts';
import { DEEP_LINK_SCHEME, LEARNERS_PAGE, labPage, type Opened, OpenedThings, openedThing } from './opened-things.ts';
import { type DesktopOptions, readOptions } from './options.ts';
import { handOverPorts } from './ports.ts';
import { followPower } from './power.ts';
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
  const opened = new OpenedThings(app);
  opened.push(openedThing(process.argv.slice(1), process.cwd()));
  app
    .whenReady()
    .then(() => start(parts, { ...options, dataDirectory }, opened))
    .catch((error: Error) => {
      log(error.message);
      dialog.showErrorBox('Ops Lab cannot start', error.message);
      app.exit(1);
    });
}

async function start(
  parts: DesktopParts,
  options: DesktopOptions & { readonly dataDirectory: string },
  opened: OpenedThings,
): Promise<void> {
  handleUiScheme(protocol, listUiFiles(parts.uiFolder));
  applySessionRules(session.defaultSession);
  const core = await parts.openCore(options);
  const closing = askBeforeTheEnd(core);
  quitInOrder(app, () => core.close(closing.fate), log);
  const end = () => {
    closing.endWithoutAsking();
    app.quit();
  };
  // After Electron's own, which would quit as a person does: at the end of a login nobody answers questions.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.prependListener(signal, end);
  followPower(powerMonitor, { refresh: () => core.engine.refresh(), end, log });

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
    mayCloseLast: () => process.platform === 'darwin' || closing.mayEnd(),
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
  installMenu(windows);

  // Before what it was given is shown in the window.
  app.prependListener('second-instance', () => windows.show());
  app.on('activate', () => windows.show());
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  windows.create();
  opened.showWith((thing) => showOpened(core, windows, thing));
  // On Linux and macOS the package says so to the system.
  if (app.isPackaged && process.platform === 'win32') app.setAsDefaultProtocolClient(DEEP_LINK_SCHEME);
  console.log(`Ops Lab is open in its own window. Its data is in ${options.dataDirectory}`);
}

/** Holds the end back while the person is asked about running sessions. */
function askBeforeTheEnd(core: Core): Closing {
  const closing = new Closing({
    running: async () => {
      const caller = localCaller(core);
      const lists = await Promise.all(core.learners.list(caller).map(({ id }) => core.sessions.list({ ...caller, learnerId: id })));
      return lists.flat().filter(({ state }) => isLive(state) && state !== 'lost').length;
    },
    remembered: () => core.settings.get().onClose,
    remember: (fate) => core.settings.set({ onClose: fate }),
    ask: async (running) => {
      const { response, checkboxChecked } = await dialog.showMessageBox({
        type: 'question',
        message: running === 1 ? 'A session is running' : `${running} sessions are running`,
        detail:
          'Kept sessions go on by themselves and are here again at the next start. Stopped ones lose what is inside them; your history stays.',
        buttons: ['Keep running', 'Stop', 'Cancel'],
        defaultId: 0,
        cancelId: 2,
        checkboxLabel: 'Do not ask again (Settings can change it)',
        noLink: true,
      });
      const fates: readonly Fate[] = ['keep', 'stop'];
      return { fate: fates[response] ?? null, remember: checkboxChecked };
    },
    quit: () => app.quit(),
    log,
  });
  app.on('before-quit', (event) => {
    if (!closing.mayEnd()) event.preventDefault();
  });
  return closing;
}

function showOpened(core: Core, windows: Windows, thing: Opened): void {
  if (thing.kind === 'lab') {
    windows.show(labPage(thing.labId));
    return;
  }
  void openLearnerFile(thing.path, {
    confirm: async (fileName) => {
      const { response } = await dialog.showMessageBox({
        type: 'question',
        message: `Import the learner in ${fileName}?`,
        detail: 'Progress, history and recordings in this file are added to what is here.',
        buttons: ['Cancel', 'Import'],
        defaultId: 0,
        cancelId: 0,
        noLink: true,
      });
      return response === 1;
    },
    import: (content) => core.learners.import(localCaller(core), content),
    imported: () => windows.show(LEARNERS_PAGE),
    failed: (message) => dialog.showErrorBox('Not imported', message),
  });
}

function installMenu(windows: Windows): void {
  const focused = () => BrowserWindow.getFocusedWindow();
  const template = menuTemplate(process.platform, app.isPackaged, {
    newWindow: () => windows.create(),
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
