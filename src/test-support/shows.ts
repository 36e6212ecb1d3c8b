/** Waiting for what a terminal or a viewer of one shows. */
import { expect, vi } from 'vitest';

/** For what a terminal does soon. */
export const WAIT = { timeout: 20_000, interval: 20 };

/** Waits until the text of a terminal or viewer matches. */
export function shows(what: { text(): string }, pattern: RegExp): Promise<void> {
  return vi.waitFor(() => expect(what.text()).toMatch(pattern), WAIT);
}

/** Waits for a prompt at the end of the text. */
export function prompted(what: { text(): string }): Promise<void> {
  return shows(what, /\$ ?$/);
}
