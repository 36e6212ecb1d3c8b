import type { AppEvent } from '../../shared/contract/contract.ts';

/** Commands that wait for a slow reader; older ones are dropped, since the history has them. */
const MAX_COMMANDS = 500;

/** Events that replace each other have one key: only the newest is worth sending. */
function keyOf(event: AppEvent): string | null {
  switch (event.type) {
    case 'session':
      return `session ${event.session.id}`;
    case 'session-gone':
      return `session ${event.sessionId}`;
    case 'command':
      return null;
    default:
      return event.type;
  }
}

/**
 * Events on their way to one reader. Bounded without ever losing what matters: a slow reader gets the newest state of
 * each thing instead of all states in between.
 */
export class EventQueue {
  #events: AppEvent[] = [];
  #wake: (() => void) | null = null;
  #closed = false;

  push(event: AppEvent): void {
    if (this.#closed) return;
    const key = keyOf(event);
    if (key !== null) this.#events = this.#events.filter((other) => keyOf(other) !== key);
    this.#events.push(event);
    if (key === null && this.#events.filter((other) => other.type === 'command').length > MAX_COMMANDS) {
      this.#events.splice(
        this.#events.findIndex((other) => other.type === 'command'),
        1,
      );
    }
    this.#wake?.();
  }

  /** Ends the reading. */
  close(): void {
    this.#closed = true;
    this.#events = [];
    this.#wake?.();
  }

  async *read(): AsyncGenerator<AppEvent, void, void> {
    while (!this.#closed) {
      const event = this.#events.shift();
      if (event !== undefined) {
        yield event;
        continue;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = null;
    }
  }
}
