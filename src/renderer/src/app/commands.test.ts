import { describe, expect, it, vi } from 'vitest';

vi.stubGlobal('navigator', { platform: 'Linux x86_64' });
const { chordOf, takes } = await import('./commands.ts');

const press = (key: string, code: string, modifiers: Partial<Record<'ctrlKey' | 'altKey' | 'shiftKey', boolean>> = {}) =>
  chordOf({ key, code, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...modifiers });

describe('chords', () => {
  it('are named alike on every layout', () => {
    expect(press('k', 'KeyK', { ctrlKey: true })).toBe('Ctrl K');
    expect(press('K', 'KeyK', { ctrlKey: true, shiftKey: true })).toBe('Ctrl Shift K');
    expect(press('_', 'Minus', { ctrlKey: true, shiftKey: true })).toBe('Ctrl Shift -');
    expect(press('|', 'Backslash', { ctrlKey: true, shiftKey: true })).toBe('Ctrl Shift \\');
    expect(press('¡', 'Digit1', { altKey: true })).toBe('Alt 1');
    expect(press('?', 'Slash', { shiftKey: true })).toBe('?');
    expect(press('/', 'Slash')).toBe('/');
    // German and Spanish, then German and French.
    expect(press('?', 'Minus', { shiftKey: true })).toBe('?');
    expect(press('/', 'Digit7', { shiftKey: true })).toBe('/');
    expect(press('/', 'Period', { shiftKey: true })).toBe('/');
    expect(press('F6', 'F6', { shiftKey: true })).toBe('Shift F6');
  });
});

describe('a focused terminal', () => {
  const command = (part: object) => ({ id: 'x', title: 'x', run: () => {}, ...part });

  it('keeps every key except those of commands that are meant for it', () => {
    expect(takes(command({ keys: ['Ctrl K'] }), 'Ctrl K', 'terminal', false)).toBe(false);
    expect(takes(command({ keys: ['Ctrl Shift K'], inTerminal: true }), 'Ctrl Shift K', 'terminal', false)).toBe(true);
  });

  it('gives the function keys to a full-screen program, but not the way out', () => {
    const next = command({ keys: ['F6', 'Ctrl F6'], inTerminal: true });
    expect(takes(next, 'F6', 'program', false)).toBe(false);
    expect(takes(next, 'Ctrl F6', 'program', false)).toBe(true);
  });

  it('never loses single keys, in text neither', () => {
    const filter = command({ keys: ['/', 'J', '?'] });
    expect(takes(filter, '/', 'text', false)).toBe(false);
    expect(takes(filter, 'J', 'page', false)).toBe(true);
  });

  it('leaves to the browser what the browser keeps', () => {
    const close = command({ keys: ['Ctrl Shift W'], inTerminal: true, desktopOnly: true });
    expect(takes(close, 'Ctrl Shift W', 'terminal', false)).toBe(false);
    expect(takes(close, 'Ctrl Shift W', 'terminal', true)).toBe(true);
  });
});
