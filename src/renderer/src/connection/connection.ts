/**
 * The one line to the core. It connects, reconnects with a growing delay, and lets calls wait while the line is down.
 * What was read before a break is stale after it: `run` says each time that the line has opened.
 */
import { type ClientContext, type ClientLink, createORPCClient } from '@orpc/client';
import type { BinaryChannel } from '../../../shared/terminal-wire/channel.ts';
import { createStore } from '../ui/store.ts';
import { backoffMs } from './backoff.ts';
import type { Client } from './client.ts';
import { type HostLink, HostUnauthorized } from './host-link.ts';

export type ConnectionState = 'connecting' | 'open' | 'reconnecting' | 'unauthorized';

export class Connection {
  readonly state = createStore<ConnectionState>('connecting');
  readonly client: Client;
  readonly kind: HostLink['kind'];
  readonly #host: HostLink;
  #line: ClientLink<ClientContext> | null = null;
  #waiting: ((line: ClientLink<ClientContext>) => void)[] = [];
  #retryNow: (() => void) | null = null;

  constructor(host: HostLink) {
    this.#host = host;
    this.kind = host.kind;
    const link: ClientLink<ClientContext> = {
      call: async (path, input, options) => (await this.#open(options.signal)).call(path, input, options),
    };
    this.client = createORPCClient<Client>(link);
  }

  /** Keeps the line open for as long as the page lives. `onOpen` is called each time it has opened. */
  async run(onOpen: () => void): Promise<void> {
    for (let failures = 0; ; ) {
      try {
        const line = await this.#host.openRpc();
        failures = 0;
        this.#line = line.link;
        this.state.set('open');
        for (const resolve of this.#waiting.splice(0)) resolve(line.link);
        onOpen();
        await line.closed;
      } catch (error) {
        if (error instanceof HostUnauthorized) {
          this.state.set('unauthorized');
          return;
        }
        failures += 1;
      }
      this.#line = null;
      this.state.update((state) => (state === 'open' || state === 'reconnecting' ? 'reconnecting' : 'connecting'));
      await this.#pause(backoffMs(failures));
    }
  }

  /** Ends the present wait between two attempts. */
  retry(): void {
    this.#retryNow?.();
  }

  openTerminal(terminalId: string): Promise<BinaryChannel> {
    return this.#host.openTerminal(terminalId);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#retryNow = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #open(signal: AbortSignal | undefined): Promise<ClientLink<ClientContext>> {
    if (this.#line) return Promise.resolve(this.#line);
    return new Promise((resolve, reject) => {
      this.#waiting.push(resolve);
      signal?.addEventListener('abort', () => {
        this.#waiting = this.#waiting.filter((waiting) => waiting !== resolve);
        reject(signal.reason);
      });
    });
  }
}
