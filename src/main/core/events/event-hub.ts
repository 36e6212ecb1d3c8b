import type { AppEvent } from '../../../shared/contract/contract.ts';
import type { Caller } from '../core.ts';

interface Subscriber {
  readonly caller: Caller;
  readonly listener: (event: AppEvent) => void;
}

/** Where the services say what happened, and the hosts listen. */
export class EventHub {
  readonly #subscribers = new Set<Subscriber>();

  /**
   * Tells everyone who may see it.
   * @param learnerId whose event it is; left out for what concerns all
   */
  emit(event: AppEvent, learnerId?: string): void {
    for (const { caller, listener } of [...this.#subscribers]) {
      if (learnerId !== undefined && caller.role !== 'local' && caller.learnerId !== learnerId) continue;
      try {
        listener(event);
      } catch (error) {
        // One listener's failure must reach neither the others nor the service that speaks.
        console.error('ops-lab: a listener of events failed:', error);
      }
    }
  }

  /** Calls `listener` for each event that `caller` may see, until the returned function is called. */
  on(caller: Caller, listener: (event: AppEvent) => void): () => void {
    const subscriber = { caller, listener };
    this.#subscribers.add(subscriber);
    return () => {
      this.#subscribers.delete(subscriber);
    };
  }

  /** How many listen now. */
  get size(): number {
    return this.#subscribers.size;
  }
}
