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
let lastFocused: TerminalController | null = null;
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
      onFocus: (focused) => {
        lastFocused = focused;
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
    if (lastFocused === controller) lastFocused = null;
    controllers.delete(id);
    controller.dispose();
  }
}

export function configureTerminals(next: TerminalSettings): void {
  settings = next;
  for (const controller of controllers.values()) controller.configure(next);
}

/** The terminal that had the focus last and still runs. */
export function focusedTerminal(): TerminalController | null {
  return lastFocused && lastFocused.line.get().state === 'live' ? lastFocused : null;
}

/** Whether there is a shell that a command could be put into. */
export function canInsertIntoShell(): boolean {
  return focusedTerminal() !== null;
}

/** Puts a command into the last used shell without running it. False when there is none. */
export async function insertIntoShell(text: string): Promise<boolean> {
  return (await focusedTerminal()?.insert(text)) ?? false;
}
