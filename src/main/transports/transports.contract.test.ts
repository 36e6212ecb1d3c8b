import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { toOpsLabError } from '../../shared/contract/client-errors.ts';
import type { AppEvent } from '../../shared/contract/contract.ts';
import type { OpsLabError } from '../../shared/contract/errors.ts';
import { decodeHostFrame, encodeViewerFrame } from '../../shared/terminal-wire/frames.ts';
import { malformedCalls, malformedTerminalFrames, unknownId } from '../../test-support/hostile-frames.ts';
import { temporaryDirectory } from '../../test-support/temporary-directory.ts';
import { createTestCore, localCaller } from '../../test-support/test-core.ts';
import { emitterPort, memory, messagePort, type StartTransport, webSocket } from '../../test-support/transport-harness.ts';
import type { Caller } from '../core/core.ts';
import { newId } from '../core/store/store.ts';

async function setUp(start: StartTransport, as?: (learnerId: string) => Caller) {
  const core = createTestCore(temporaryDirectory());
  const caller = as === undefined ? localCaller(core) : () => as(core.learners.current().id);
  const transport = await start(core, caller);
  onTestFinished(async () => {
    await transport.stop();
    await core.close();
  });
  return { core, transport };
}

async function failure(call: Promise<unknown>): Promise<OpsLabError> {
  try {
    await call;
  } catch (error) {
    return toOpsLabError(error);
  }
  throw new Error('The call did not fail.');
}

const TRANSPORTS: [string, StartTransport][] = [
  ['memory', memory],
  ['message port', messagePort],
  ['Electron-like port', emitterPort],
  ['WebSocket', webSocket],
];

describe.each(TRANSPORTS)('over %s', (_name, start) => {
  test('calls reach the core and answer; WEB-057: a name that is SQL is kept as it is', async () => {
    const { core, transport } = await setUp(start);
    const { client, close } = await transport.connect();
    expect(await client.app.info()).toMatchObject({ version: '0.0.0-test', node: process.version });
    const ada = await client.learners.create({ name: '  Ada "); DROP TABLE learners;-- 💥 ' });
    expect(ada.name).toBe('Ada "); DROP TABLE learners;-- 💥');
    expect((await client.learners.list()).map((learner) => learner.id)).toContain(ada.id);
    expect(await client.settings.set({ theme: 'light' })).toMatchObject({ theme: 'light' });
    expect(core.settings.get().theme).toBe('light');
    expect(await client.history.search({})).toEqual({ commands: [], more: false });
    close();
  });

  test('expected failures keep their code, details and whether to try again', async () => {
    const { transport } = await setUp(start);
    const { client } = await transport.connect();
    expect(await failure(client.sessions.get({ sessionId: newId() }))).toMatchObject({ code: 'not-found' });
    expect(await failure(client.engine.status())).toMatchObject({ code: 'engine-missing', retryable: true });
    const wrongName = client.learners.remove({ learnerId: (await client.learners.list())[0]?.id ?? '', confirmName: 'x' });
    expect(await failure(wrongName)).toMatchObject({ code: 'conflict', message: expect.stringContaining('Nothing was removed') });
    expect(await failure(client.learners.import({ content: '{}' }))).toMatchObject({
      code: 'import-invalid',
      details: { where: 'format' },
    });
  });

  test('input that does not fit is refused with the place', async () => {
    const { transport } = await setUp(start);
    const { client } = await transport.connect();
    expect(await failure(client.sessions.get({ sessionId: "'; --" }))).toMatchObject({ code: 'invalid', details: { where: 'sessionId' } });
    expect(await failure(client.history.search({ limit: 10_000 }))).toMatchObject({ code: 'invalid', details: { where: 'limit' } });
    expect(await failure(client.settings.set({ theme: 'pink' as 'dark' }))).toMatchObject({ code: 'invalid' });
  });

  test('WEB-066: an unexpected failure tells a log id and nothing else', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => log.mockRestore());
    const { transport } = await setUp(start);
    const { client } = await transport.connect();
    const error = await failure(client.files.read({ sessionId: newId(), path: 'a' }));
    expect(error).toMatchObject({ code: 'internal', details: { logId: expect.stringMatching(/^[0-9a-f]{8}$/) } });
    expect(JSON.stringify([error.message, error.details])).not.toContain('secret');
    expect(log.mock.calls[0]?.[0]).toContain(error.details.logId);
  });

  test('events arrive, in order, until the stream is left; then the subscription is gone', async () => {
    const { core, transport } = await setUp(start);
    const { client } = await transport.connect();
    const events = await client.app.events();
    expect(core.events.size).toBe(1);
    core.settings.set({ theme: 'dark' });
    core.events.emit({ type: 'labs' });
    const seen: AppEvent[] = [];
    for await (const event of events) {
      seen.push(event);
      if (seen.length === 2) break;
    }
    expect(seen.map((event) => event.type)).toEqual(['settings', 'labs']);
    await expect.poll(() => core.events.size).toBe(0);
  });

  test('a closed line ends its subscriptions, and a new one works', async () => {
    const { core, transport } = await setUp(start);
    const first = await transport.connect();
    const events = await first.client.app.events();
    const reading = (async () => {
      for await (const _event of events) expect.unreachable('nothing happens');
    })();
    reading.catch(() => {});
    expect(core.events.size).toBe(1);
    first.close();
    await expect.poll(() => core.events.size).toBe(0);
    await reading.catch(() => {});
    const second = await transport.connect();
    const again = await second.client.app.events();
    core.events.emit({ type: 'labs' });
    expect((await again.next()).value).toEqual({ type: 'labs' });
  });

  test('one connection may listen four times, no more', async () => {
    const { core, transport } = await setUp(start);
    const { client } = await transport.connect();
    for (let count = 0; count < 4; count++) await client.app.events();
    expect(await failure(client.app.events())).toMatchObject({ code: 'limit' });
    expect(core.events.size).toBe(4);
  });

  test('what is typed and what the terminal answers arrive unchanged; a viewer that comes back sees it all', async () => {
    const { core, transport } = await setUp(start);
    const view = async () => {
      const channel = await transport.openTerminal(core.terminalId);
      const decoder = new TextDecoder();
      const seen = { channel, text: '' };
      channel.onMessage((bytes) => {
        const frame = decodeHostFrame(bytes);
        if (frame.kind === 'snapshot') seen.text = frame.text;
        if (frame.kind === 'output') seen.text += decoder.decode(frame.bytes, { stream: true });
      });
      await expect.poll(() => seen.text).toContain('ready');
      return seen;
    };
    const first = await view();
    const lines = Array.from({ length: 300 }, (_, index) => `line ${index}: größe 💥 端末\r\n`);
    // Cut without regard to characters: the pieces of one may come in two messages.
    const sent = new TextEncoder().encode(lines.join(''));
    for (let at = 0; at < sent.length; at += 101)
      first.channel.send(encodeViewerFrame({ kind: 'input', bytes: sent.subarray(at, at + 101) }));
    await expect.poll(() => first.text.slice(first.text.indexOf('line 0')), { timeout: 5000 }).toBe(lines.join(''));
    first.channel.close();
    const second = await view();
    expect(second.text).toContain('line 0: größe 💥 端末');
    expect(second.text).toContain('line 299: größe 💥 端末');
    second.channel.close();
  });

  test('bytes that are no frame close the terminal channel and nothing else', async () => {
    const { core, transport } = await setUp(start);
    const channel = await transport.openTerminal(core.terminalId);
    let closed = false;
    channel.onClose(() => {
      closed = true;
    });
    channel.onMessage(() => {});
    channel.send(new Uint8Array([99, 1, 2]));
    await expect.poll(() => closed).toBe(true);
    expect((await (await transport.connect()).client.app.info()).version).toBe('0.0.0-test');
  });

  test('the largest import that the contract takes passes; a longer call does not', async () => {
    const { transport } = await setUp(start);
    const { client } = await transport.connect();
    expect(await failure(client.learners.import({ content: '"'.repeat(30_000_000) }))).toMatchObject({ code: 'import-invalid' });
    expect(await failure(client.learners.create({ name: 'x'.repeat(9_000_000) }))).toMatchObject({ code: 'limit' });
    expect((await client.app.info()).version).toBe('0.0.0-test');
  });

  test('10 000 malformed messages and unknown ids are each answered with a code, and the line still works', async () => {
    const { transport } = await setUp(start);
    const raw = await transport.connectRaw();
    const codes = new Map<string, number>();
    let answers = 0;
    raw.onText((text) => {
      answers++;
      const code = JSON.parse(text).p?.b?.json?.data?.code ?? 'none';
      codes.set(code, (codes.get(code) ?? 0) + 1);
    });
    const messages = malformedCalls(9_000, 1);
    for (const [index, message] of messages.entries()) {
      raw.send(message);
      if (index % 200 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    for (let index = 0; index < 1_000; index++) {
      raw.send(unknownId(index, newId()));
      if (index % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await expect.poll(() => answers, { timeout: 20_000 }).toBe(10_000);
    expect(codes.get('invalid')).toBeGreaterThan(5_000);
    expect(codes.get('not-found')).toBeGreaterThan(500);
    expect(raw.open).toBe(true);
    raw.send(JSON.stringify({ i: 'last', p: { u: '/app/info' } }));
    raw.close();
    expect((await (await transport.connect()).client.app.info()).version).toBe('0.0.0-test');
  });

  test('10 000 malformed terminal messages each reach a channel, close it, and leave the shell and its other viewers alone', async () => {
    const { core, transport } = await setUp(start);
    const good = await transport.openTerminal(core.terminalId);
    let text = '';
    let closed = false;
    good.onMessage((bytes) => {
      const frame = decodeHostFrame(bytes);
      if (frame.kind === 'output') text += Buffer.from(frame.bytes).toString();
    });
    good.onClose(() => {
      closed = true;
    });
    const frames = malformedTerminalFrames(10_000, 1);
    // The first of a channel closes it; the others come when nobody listens any more.
    for (let at = 0; at < frames.length; at += 100) {
      const channel = await transport.openTerminal(core.terminalId);
      const ended = new Promise<void>((resolve) => channel.onClose(resolve));
      channel.onMessage(() => {});
      for (const frame of frames.slice(at, at + 100)) channel.send(frame);
      await ended;
    }
    // Odd, but frames: a size of nothing, and acknowledgements of more than there was.
    good.send(encodeViewerFrame({ kind: 'resize', cols: 0, rows: 65_535 }));
    for (let count = 0; count < 100; count++) good.send(encodeViewerFrame({ kind: 'ack', count: 0xffff_ffff }));
    good.send(encodeViewerFrame({ kind: 'input', bytes: Buffer.from('still here') }));
    await expect.poll(() => text, { timeout: 10_000 }).toContain('still here');
    expect(closed).toBe(false);
  });

  test('a learner from elsewhere may not do what is for the person at this machine', async () => {
    const { core, transport } = await setUp(start, (learnerId) => ({ learnerId, role: 'learner', loopback: false }));
    const { client } = await transport.connect();
    const other = core.learners.create({ learnerId: '', role: 'local', loopback: true }, 'Other');
    const denied = { code: 'not-allowed' };
    expect(await failure(client.engine.clean())).toMatchObject(denied);
    expect(await failure(client.engine.buildImage({}))).toMatchObject(denied);
    expect(await failure(client.settings.set({ theme: 'dark' }))).toMatchObject(denied);
    expect(await failure(client.learners.import({ content: '{}' }))).toMatchObject(denied);
    expect(await failure(client.learners.export({ learnerId: other.id }))).toMatchObject({ code: 'not-found' });
    expect(await failure(client.learners.rename({ learnerId: other.id, name: 'x' }))).toMatchObject({ code: 'not-found' });
    expect(await client.learners.list()).toHaveLength(1);
    expect(await failure(client.sessions.start({ labId: 'a', runtime: 'shell' }))).toMatchObject(denied);
    expect(await failure(client.sessions.start({ labId: 'a' }))).toMatchObject({ details: { runtime: 'docker' } });
  });
});
