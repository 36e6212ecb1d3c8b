/**
 * What can be done now, by palette and by keys. Screens add their commands while they are shown; one key listener runs
 * them. A focused terminal keeps every key except those of commands marked `inTerminal`.
 */
import { useEffect, useRef } from 'react';
import { createStore, useStore } from '../ui/store.ts';

export interface Command {
  readonly id: string;
  readonly title: string;
  /** Chords such as `Ctrl Shift K`; the first is shown. */
  readonly keys?: readonly string[];
  /** Works while a terminal has the focus. */
  readonly inTerminal?: boolean;
  /** Only where the host leaves these keys to the page (not in a browser). */
  readonly desktopOnly?: boolean;
  /** Left out of the palette. */
  readonly hidden?: boolean;
  readonly isEnabled?: boolean;
  run(): void;
}

const sets = createStore<ReadonlyMap<symbol, readonly Command[]>>(new Map());

/** Offers commands while the calling component is mounted. */
export function useCommands(commands: readonly Command[]): void {
  const key = useRef(Symbol());
  useEffect(() => {
    sets.update((all) => new Map(all).set(key.current, commands));
  });
  useEffect(() => {
    const mine = key.current;
    return () =>
      sets.update((all) => {
        const rest = new Map(all);
        rest.delete(mine);
        return rest;
      });
  }, []);
}

export function currentCommands(): Command[] {
  return [...sets.get().values()].flat().filter((command) => command.isEnabled !== false);
}

export function useCurrentCommands(): Command[] {
  useStore(sets);
  return currentCommands();
}

const isMac = navigator.platform.startsWith('Mac');

/** The chord of a key press, in the order Ctrl Alt Shift Key. Keys that carry Shift in their character are named without it. */
export function chordOf(event: Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>): string {
  const parts: string[] = [];
  if (event.ctrlKey || (isMac && event.metaKey)) parts.push('Ctrl');
  if (event.altKey) parts.push('Alt');
  if (event.shiftKey && !isPlainSign(event)) parts.push('Shift');
  parts.push(keyName(event));
  return parts.join(' ');
}

/** Signs that are meant by what they are, wherever a layout has them and whether or not it needs Shift for them. */
function isPlainSign({ key, ctrlKey, altKey }: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'altKey'>): boolean {
  return (key === '?' || key === '/') && !ctrlKey && !altKey;
}

function keyName(event: Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'altKey'>): string {
  if (isPlainSign(event)) return event.key;
  // With Alt or Shift the character depends on the layout; digits and these two are meant by place.
  if (/^Digit\d$/.test(event.code)) return event.code.slice(5);
  if (event.code === 'Minus') return '-';
  if (event.code === 'Backslash') return '\\';
  return event.key.length === 1 ? event.key.toUpperCase() : event.key;
}

/** What a key press goes to: a terminal, a full-screen program in one, a place for text, or the page. */
export type KeyTarget = 'terminal' | 'program' | 'text' | 'page';

function targetOf(event: KeyboardEvent): KeyTarget {
  const element = event.target instanceof Element ? event.target : null;
  if (element?.closest('.xterm')) return element.closest('[data-full-screen]') ? 'program' : 'terminal';
  return element?.closest('input, textarea, [contenteditable="true"]') ? 'text' : 'page';
}

/** Whether a command takes this chord when the focus is there. Single keys are never taken from text. */
export function takes(command: Command, chord: string, target: KeyTarget, desktop: boolean): boolean {
  if (!command.keys?.includes(chord)) return false;
  if (command.desktopOnly && !desktop) return false;
  if (target === 'terminal') return command.inTerminal === true;
  // vim, less and top have uses of their own for the function keys.
  if (target === 'program') return command.inTerminal === true && !/^(Shift )?F\d+$/.test(chord);
  return target === 'page' || chord.includes(' ') || chord.startsWith('F');
}

/** Listens before any widget sees the key. Open dialogs and menus keep their keys. Returns how to stop. */
export function listenForChords(desktop: boolean): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    const chord = chordOf(event);
    const target = targetOf(event);
    const command = currentCommands().find((candidate) => takes(candidate, chord, target, desktop));
    // Last, since the whole page is searched: nearly every key is for a terminal.
    if (!command || document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"]')) return;
    event.preventDefault();
    event.stopPropagation();
    command.run();
  };
  window.addEventListener('keydown', onKey, { capture: true });
  return () => window.removeEventListener('keydown', onKey, { capture: true });
}
