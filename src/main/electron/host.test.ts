import { EventEmitter } from 'node:events';
import { resolve } from 'node:path';
import type { MenuItemConstructorOptions, MessagePortMain } from 'electron';
import { describe, expect, it, vi } from 'vitest';
import { PortRequest } from '../../shared/contract/port-request.ts';
import { Closing, type ClosingHost } from './closing.ts';
import { binaryChannel, GuardedPort } from './guarded-port.ts';
import { CLOSE_LIMIT_MS, quitInOrder } from './lifecycle.ts';
import { MENU_KEYS, menuTemplate } from './menu.ts';
import { labOfLink, type Opened, OpenedThings, openedThing } from './opened-things.ts';
import { readOptions } from './options.ts';

const nothing = () => {};
const actions = {
  newWindow: nothing,
  close: nothing,
  reload: nothing,
  quit: nothing,
  zoom: nothing,
  toggleFullScreen: nothing,
  toggleDeveloperTools: nothing,
};

function flatten(items: readonly MenuItemConstructorOptions[]): MenuItemConstructorOptions[] {
  return items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? flatten(item.submenu) : [])]);
}

describe('the menu', () => {
  it.each(['linux', 'win32'] as const)('on %s takes its few keys and no other', (platform) => {
    for (const item of flatten(menuTemplate(platform, false, actions))) {
      if (item.role !== undefined) expect(item.registerAccelerator, item.role).toBe(false);
      if (item.accelerator !== undefined) expect(MENU_KEYS).toContain(item.accelerator);
    }
  });

  it('on macOS is made of the standard roles', () => {
    expect(menuTemplate('darwin', true, actions).map(({ role, label }) => role ?? label)).toEqual([
      'appMenu',
      'File',
      'Edit',
      'View',
      'windowMenu',
    ]);
  });

  it.each(['linux', 'darwin'] as const)('of a packaged app on %s offers no developer tools', (platform) => {
    const items = flatten(menuTemplate(platform, true, actions));
    expect(items.some(({ role, label }) => role === 'toggleDevTools' || label === 'Developer tools')).toBe(false);
  });
});

describe('the options', () => {
  it('are read among what belongs to Chromium', () => {
    const argv = ['out/main/index.js', '--enable-logging', '--labs', 'mine', '--data-dir=d', '--labs=/theirs', '--lang=de'];
    expect(readOptions(argv)).toEqual({
      dataDirectory: resolve('d'),
      labFolders: [resolve('mine'), '/theirs'],
    });
  });

  it('may all be left out', () => {
    expect(readOptions(['.', '--data-dir='])).toEqual({ dataDirectory: null, labFolders: [] });
  });
});

describe('what the system opens the app with', () => {
  it.each([
    ['ops-lab://lab/too-many-open-files', 'too-many-open-files'],
    ['ops-lab://lab/too-many-open-files/', 'too-many-open-files'],
    ['ops-lab://lab/a?start=1', null],
    ['ops-lab://lab/a#b', null],
    ['ops-lab://lab/a/b', null],
    ['ops-lab://lab/../../etc', null],
    ['ops-lab://lab/%2e%2e', null],
    ['ops-lab://session/a', null],
    ['ops-lab://lab@host/a', null],
    [`ops-lab://lab/${'a'.repeat(10_000)}`, null],
    ['https://lab/a', null],
    ['', null],
  ])('ELE-033: %s', (link, labId) => {
    expect(labOfLink(link)).toBe(labId);
  });

  it('is the last argument alone: the rest of the command line may be written by others', () => {
    expect(openedThing(['--labs', 'x', 'ops-lab://lab/a'], '/home')).toEqual({ kind: 'lab', labId: 'a' });
    expect(openedThing(['ops-lab://lab/a', '--labs=x'], '/home')).toBeNull();
    expect(openedThing(['Ada.opslab'], '/home')).toEqual({ kind: 'learner-file', path: resolve('/home', 'Ada.opslab') });
    expect(openedThing(['--data-dir=Ada.opslab'], '/home')).toBeNull();
    expect(openedThing(['Ada.json'], '/home')).toBeNull();
    expect(openedThing([], '/home')).toBeNull();
    expect(openedThing([], '/home/Ada.opslab')).toBeNull();
  });

  it('is kept until it can be shown, whoever hands it over, and then shown at once', () => {
    const app = new EventEmitter();
    const opened = new OpenedThings(app as unknown as ConstructorParameters<typeof OpenedThings>[0]);
    const event = { preventDefault: vi.fn() };
    const second = (argument: string) => app.emit('second-instance', event, ['/usr/bin/ops-lab', argument], '/home');
    const shown: Opened[] = [];
    second('ops-lab://lab/early');
    second('--labs=x');
    app.emit('open-url', event, 'ops-lab://lab/by-url');
    app.emit('open-file', event, resolve('/home', 'Ada.opslab'));
    opened.showWith((thing) => shown.push(thing));
    second('ops-lab://lab/late');
    expect(shown).toEqual([
      { kind: 'lab', labId: 'early' },
      { kind: 'lab', labId: 'by-url' },
      { kind: 'learner-file', path: resolve('/home', 'Ada.opslab') },
      { kind: 'lab', labId: 'late' },
    ]);
    expect(event.preventDefault).toHaveBeenCalledTimes(2);
  });

  it.skipIf(process.platform === 'win32')('may be a file by its URL, as desktops give it', () => {
    const file = (path: string) => ({ kind: 'learner-file', path });
    expect(openedThing(['file:///home/ada/Ada%20L.opslab'], '/tmp')).toEqual(file('/home/ada/Ada L.opslab'));
    expect(openedThing(['file://localhost/home/Ada.opslab'], '/tmp')).toEqual(file('/home/Ada.opslab'));
    expect(openedThing(['FILE:///home/Ada.opslab'], '/tmp')).toEqual(file('/home/Ada.opslab'));
    for (const other of [
      'file://elsewhere/Ada.opslab',
      'file:///a%2Fb.opslab',
      'file:///a%zz.opslab',
      'file:///a%00.opslab',
      'file://[/a.opslab',
      'file:///home/ada.json?.opslab',
    ])
      expect(openedThing([other], '/tmp'), other).toBeNull();
  });
});

describe('closing', () => {
  const closing = (more: Partial<ClosingHost>) => {
    const host = {
      running: async () => 1,
      remembered: () => 'ask' as const,
      remember: vi.fn(),
      ask: vi.fn<ClosingHost['ask']>(async () => ({ fate: 'stop', remember: false })),
      quit: vi.fn(),
      log: nothing,
      ...more,
    };
    return { host, closing: new Closing(host) };
  };

  it('asks once, and ends by itself when it was answered', async () => {
    const { host, closing: one } = closing({});
    expect([one.mayEnd(), one.mayEnd()]).toEqual([false, false]);
    await vi.waitFor(() => expect(host.quit).toHaveBeenCalledOnce());
    expect(host.ask).toHaveBeenCalledOnce();
    expect([one.mayEnd(), one.fate]).toEqual([true, 'stop']);
    expect(host.remember).not.toHaveBeenCalled();
  });

  it.each<[string, Partial<ClosingHost>, string]>([
    ['nothing runs', { running: async () => 0 }, 'keep'],
    ['the answer is remembered', { remembered: () => 'stop' }, 'stop'],
    ['it cannot be known what runs', { running: () => Promise.reject(new Error('closed')) }, 'keep'],
  ])('asks nobody when %s', async (_when, more, fate) => {
    const { host, closing: one } = closing(more);
    expect(one.mayEnd()).toBe(false);
    await vi.waitFor(() => expect(host.quit).toHaveBeenCalledOnce());
    expect(host.ask).not.toHaveBeenCalled();
    expect(one.fate).toBe(fate);
  });

  it('goes on when the person would rather not, and asks again the next time', async () => {
    const { host, closing: one } = closing({ ask: vi.fn(async () => ({ fate: null, remember: true })) });
    one.mayEnd();
    await vi.waitFor(() => expect(host.ask).toHaveBeenCalledOnce());
    await vi.waitFor(() => {
      one.mayEnd();
      expect(host.ask).toHaveBeenCalledTimes(2);
    });
    expect([host.quit, host.remember].map((spy) => vi.mocked(spy).mock.calls)).toEqual([[], []]);
  });
});

describe('a request for a port', () => {
  const nonce = 'n'.repeat(20);
  it.each<[string, unknown]>([
    ['ELE-014: a path for an id', { kind: 'terminal', terminalId: '../../x', nonce }],
    ['ELE-014: 10 MB', { kind: 'terminal', terminalId: 'a'.repeat(10_000_000), nonce }],
    ['ELE-015: a command line of its own', { kind: 'terminal', terminalId: 'a'.repeat(32), nonce, command: ['sh'] }],
    ['another kind', { kind: 'shell', terminalId: null, nonce }],
    ['a short nonce', { kind: 'rpc', terminalId: null, nonce: 'n' }],
    ['a terminal for calls', { kind: 'rpc', terminalId: 'a'.repeat(32), nonce }],
    ['nothing', undefined],
  ])('is refused: %s', (_what, value) => {
    expect(PortRequest.safeParse(value).success).toBe(false);
  });
});

class FakePort extends EventEmitter {
  readonly sent: unknown[] = [];
  closed = false;
  start() {}
  postMessage(message: unknown) {
    this.sent.push(message);
  }
  close() {
    this.closed = true;
  }
}

function guarded(maxBytes: number, maxPerSecond: number) {
  const fake = new FakePort();
  return { fake, port: new GuardedPort(fake as unknown as MessagePortMain, { maxBytes, maxPerSecond }) };
}

describe('a guarded port', () => {
  it('lets text and bytes through, and closes on anything else', () => {
    const { fake, port } = guarded(10, 100);
    const received: unknown[] = [];
    const closed = vi.fn();
    port.on('message', ({ data }) => received.push(data));
    port.on('close', closed);
    for (const data of ['text', new Uint8Array([1]), new Uint8Array([2]).buffer]) fake.emit('message', { data });
    expect(received).toEqual(['text', new Uint8Array([1]), new Uint8Array([2])]);
    fake.emit('message', { data: { getter: 1 } });
    fake.emit('message', { data: 'late' });
    expect(received).toHaveLength(3);
    expect(closed).toHaveBeenCalledOnce();
  });

  it('ELE-019: closes on a message that is too large, and on too many', () => {
    const large = guarded(10, 100);
    large.port.on('message', nothing);
    large.fake.emit('message', { data: new Uint8Array(11) });
    expect(large.fake.closed).toBe(true);
    const many = guarded(10, 100);
    let count = 0;
    many.port.on('message', () => count++);
    for (let i = 0; i < 300; i++) many.fake.emit('message', { data: 'x' });
    expect(many.fake.closed).toBe(true);
    expect(count).toBeLessThanOrEqual(200);
  });

  it('sends a part of a buffer without the rest, and an empty message as the end', () => {
    const { fake, port } = guarded(10, 100);
    const channel = binaryChannel(port);
    channel.send(new Uint8Array(100).subarray(0, 3));
    channel.close();
    channel.send(new Uint8Array(1));
    expect(fake.sent.map((bytes) => (bytes as Uint8Array).buffer.byteLength)).toEqual([3, 0]);
  });
});

describe('quitting', () => {
  const quit = (close: () => Promise<void>) => {
    const app = Object.assign(new EventEmitter(), { exit: vi.fn() });
    quitInOrder(app as unknown as Parameters<typeof quitInOrder>[0], close, nothing);
    const event = { preventDefault: vi.fn() };
    app.emit('will-quit', event);
    app.emit('will-quit', event);
    return { app, event };
  };

  it('waits for the core to close, once', async () => {
    const close = vi.fn(async () => {});
    const { app, event } = quit(close);
    await vi.waitFor(() => expect(app.exit).toHaveBeenCalledWith(0));
    expect(close).toHaveBeenCalledOnce();
    expect(event.preventDefault).toHaveBeenCalledTimes(2);
  });

  it('does not wait longer than its limit', () => {
    vi.useFakeTimers();
    const { app } = quit(() => new Promise(nothing));
    vi.advanceTimersByTime(CLOSE_LIMIT_MS);
    expect(app.exit).toHaveBeenCalledWith(1);
    vi.useRealTimers();
  });
});
