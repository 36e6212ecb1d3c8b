/** The viewers of all terminals that this page has shown: one controller per terminal id. */
import type { TerminalView } from '../../../../shared/contract/values.ts';
import type { Connection } from '../../connection/connection.ts';
import { TerminalController, type TerminalSettings } from './terminal-controller.ts';

declare global {
  interface Window {
    /** For tests, measurements and support: each terminal by id, read from xterm's buffer. */
    __opsLabTerminals?: Map<string, Pick<TerminalController, 'text' | 'onParsed'>>;
  }
}

const controllers = new Map<string, TerminalController>();
/** Those that had the focus, the latest last. */
let focused: TerminalController[] = [];
let settings: TerminalSettings = { terminalFontSize: 14, scrollback: 5000, screenReader: false };

window.__opsLabTerminals = controllers;

/** The viewer of a terminal; made at the first call. */
export function terminalController(connection: Connection, view: TerminalView): TerminalController {
  let controller = controllers.get(view.id);
  if (!controller) {
    controller = new TerminalController({
      id: view.id,
      sessionId: view.sessionId,
      title: view.title,
      readOnly: view.kind === 'log',
      settings,
      openChannel: (id) => connection.openTerminal(id),
      onFocus: (latest) => {
        focused = [...focused.filter((each) => each !== latest), latest];
      },
    });
    controllers.set(view.id, controller);
  }
  return controller;
}

export function existingController(terminalId: string): TerminalController | undefined {
  return controllers.get(terminalId);
}

/** Lets go of viewers; the terminals themselves are not touched. */
export function disposeControllers(isGone: (terminalId: string) => boolean): void {
  for (const [id, controller] of controllers) {
    if (!isGone(id)) continue;
    focused = focused.filter((each) => each !== controller);
    controllers.delete(id);
    controller.dispose();
  }
}

export function configureTerminals(next: TerminalSettings): void {
  settings = next;
  for (const controller of controllers.values()) controller.configure(next);
}

/** The terminal of a session that had the focus last and still runs. */
export function focusedTerminal(sessionId: string): TerminalController | null {
  return focused.findLast((each) => each.sessionId === sessionId && each.line.get().state === 'live') ?? null;
}

/** The shell of a session that was used last, else any of its shells; without a session, the one that was used last of all. */
function shellFor(sessionId?: string): TerminalController | null {
  const fits = (each: TerminalController) => each.takesInput && (sessionId === undefined || each.sessionId === sessionId);
  return focused.findLast(fits) ?? (sessionId === undefined ? null : ([...controllers.values()].find(fits) ?? null));
}

/** Whether there is a shell that a command could be put into: one of the session that is shown, if one is shown. */
export function canInsertIntoShell(shownSession?: string): boolean {
  return shellFor(shownSession) !== null;
}

/**
 * Puts a command into a shell without running it: one of the session that is shown, if one is shown.
 * @returns the session it is in; null when there was no shell, or the person took it back
 */
export async function insertIntoShell(text: string, shownSession?: string): Promise<string | null> {
  const shell = shellFor(shownSession);
  return shell !== null && (await shell.insert(text)) ? shell.sessionId : null;
}
