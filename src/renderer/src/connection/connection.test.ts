import type { ClientContext, ClientLink } from '@orpc/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backoffMs } from './backoff.ts';
import { Connection } from './connection.ts';
import { type HostLink, HostUnauthorized, type RpcLine } from './host-link.ts';

/** A host whose lines the test opens, refuses and breaks. */
function testHost() {
  const answers: (() => RpcLine)[] = [];
  const host: HostLink = {
    kind: 'web',
    openRpc: async () => {
      const next = answers.shift();
      if (!next) throw new Error('refused');
      return next();
    },
    openTerminal: () => Promise.reject(new Error('no terminals here')),
  };
  const accept = (name: string) => {
    let end = () => {};
    const closed = new Promise<void>((resolve) => {
      end = resolve;
    });
    const link: ClientLink<ClientContext> = { call: async (path) => `${name} ${path.join('.')}` };
    answers.push(() => ({ link, closed, close: end }));
    return () => end();
  };
  const refuse = (error: Error) =>
    answers.push(() => {
      throw error;
    });
  return { host, accept, refuse };
}

describe('backoffMs', () => {
  it('grows from a twentieth of a second to five seconds', () => {
    expect([0, 1, 2, 3, 5, 6, 40].map(backoffMs)).toEqual([50, 250, 500, 1000, 4000, 5000, 5000]);
  });
});

describe('Connection', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('lets calls wait until the line is open', async () => {
    const { host, accept } = testHost();
    accept('first');
    const connection = new Connection(host);
    const answer = connection.client.app.info();
    void connection.run(() => {});
    await expect(answer).resolves.toBe('first app.info');
    expect(connection.state.get()).toBe('open');
  });

  it('says so when the line breaks, reconnects, and reports each opening', async () => {
    const { host, accept } = testHost();
    const breakFirst = accept('first');
    const opened = vi.fn();
    const connection = new Connection(host);
    void connection.run(opened);
    await vi.waitFor(() => expect(connection.state.get()).toBe('open'));
    breakFirst();
    await vi.waitFor(() => expect(connection.state.get()).toBe('reconnecting'));
    accept('second');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(connection.state.get()).toBe('open');
    expect(opened).toHaveBeenCalledTimes(2);
    await expect(connection.client.app.info()).resolves.toBe('second app.info');
  });

  it('stops asking a host that does not know this page', async () => {
    const { host, refuse } = testHost();
    refuse(new HostUnauthorized());
    const connection = new Connection(host);
    await connection.run(() => {});
    expect(connection.state.get()).toBe('unauthorized');
  });

  it('lets go of a waiting call that is given up', async () => {
    const { host } = testHost();
    const connection = new Connection(host);
    const giveUp = new AbortController();
    const answer = connection.client.app.info(undefined, { signal: giveUp.signal });
    giveUp.abort(new Error('given up'));
    await expect(answer).rejects.toThrow('given up');
  });
});
