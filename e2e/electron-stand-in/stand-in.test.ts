import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needsBrowser } from '../../src/test-support/requirements.ts';
import { StandInHost } from '../support/stand-in-host.ts';
import { until } from '../support/until.ts';

/** What the smoke page offers. */
interface SmokeWindow {
  askPort(kind: string, terminalId: string | null): Promise<MessagePort>;
  nextMessage(port: MessagePort): Promise<string | number[]>;
  opsLab: { requestPort(kind: string, terminalId: string | null, nonce: string): void };
}

const TERMINAL = 'a'.repeat(32);
const root = join(import.meta.dirname, '../..');

describe.skipIf(needsBrowser() === null)('the Electron host on the stand-in', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ops-lab-stand-in-'));
  let host: StandInHost;
  let page: Page;

  const startHost = (dataDirectory: string, { opens = [], running = false }: { opens?: string[]; running?: boolean } = {}) =>
    new StandInHost({
      entry: join(root, 'e2e/electron-stand-in/smoke/main.ts'),
      args: ['--data-dir', dataDirectory, '--labs', '/labs-of-mine', ...opens],
      environment: { SMOKE_PRELOAD: join(folder, 'index.cjs'), SMOKE_RUNNING: running ? '1' : '' },
    });
  /** A second start, which ends by itself. */
  const openWithFirst = async (...opens: string[]) => {
    const second = startHost(join(folder, 'data'), { opens });
    await until('the second instance to end', () => second.exited);
  };

  beforeAll(async () => {
    await build({
      root,
      configFile: false,
      logLevel: 'error',
      build: {
        outDir: folder,
        emptyOutDir: false,
        minify: false,
        lib: { entry: join(root, 'src/preload/index.ts'), formats: ['cjs'], fileName: () => 'index.cjs' },
        rolldownOptions: { external: ['electron'] },
      },
    });
    host = startHost(join(folder, 'data'));
    page = await host.window();
    await page.waitForFunction(() => 'askPort' in window);
  });

  afterAll(async () => {
    await host?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('shows the page with its policy, and uses the data directory that it was given', async () => {
    expect(host.output).toContain(`data in ${join(folder, 'data')}, labs in /labs-of-mine`);
    const { status, policy, nonce } = await page.evaluate(async () => {
      const response = await fetch('/');
      const html = await response.text();
      const policy = response.headers.get('content-security-policy') ?? '';
      return { status: response.status, policy, nonce: /content="([^"]+)" \/>\s*<title/.exec(html)?.[1] ?? '' };
    });
    expect(status).toBe(200);
    expect(nonce).toMatch(/^[\w+/=]{24}$/);
    expect(policy).toContain(`style-src-elem 'self' 'nonce-${nonce}'`);
  });

  it('ELE-017: gives the page one function, and none of the preload world', async () => {
    const seen = await page.evaluate(() => ({
      names: Object.keys((window as unknown as SmokeWindow).opsLab),
      frozen: Object.isFrozen((window as unknown as SmokeWindow).opsLab),
      leaked: ['__standInSend', '__standInReceive', 'require', 'process', 'module'].filter((name) => name in window),
    }));
    expect(seen).toEqual({ names: ['requestPort'], frozen: true, leaked: [] });
  });

  it('hands a port for calls over, and carries text both ways', async () => {
    const answer = await page.evaluate(async () => {
      const smoke = window as unknown as SmokeWindow;
      const port = await smoke.askPort('rpc', null);
      const next = smoke.nextMessage(port);
      port.postMessage('hello');
      return next;
    });
    expect(answer).toBe('echo hello');
  });

  it('ELE-018: a port carries the bytes of its terminal, and is closed when the page is reloaded', async () => {
    const answer = await page.evaluate(async (terminal) => {
      const smoke = window as unknown as SmokeWindow;
      const port = await smoke.askPort('terminal', terminal);
      const next = smoke.nextMessage(port);
      port.postMessage(new Uint8Array([1, 2, 255]));
      return next;
    }, TERMINAL);
    expect(answer).toEqual([255, 2, 1]);
    await page.reload();
    await until('the terminal to be closed', () => host.output.includes('terminal closed'));
    await page.waitForFunction(() => 'askPort' in window);
  });

  it('says at once that the end has come for a terminal that does not exist', async () => {
    const answer = await page.evaluate(async () => {
      const smoke = window as unknown as SmokeWindow;
      return smoke.nextMessage(await smoke.askPort('terminal', 'c'.repeat(32)));
    });
    expect(answer).toEqual([]);
  });

  it('closes a port that carries more than a frame may have', async () => {
    await page.evaluate(async (terminal) => {
      const smoke = window as unknown as SmokeWindow;
      (await smoke.askPort('terminal', terminal)).postMessage(new Uint8Array(70_000));
    }, TERMINAL);
    await until('the second terminal to be closed', () => host.output.split('terminal closed').length === 3);
  });

  it('notices that the page closed its end, and gives the page no event that Electron does not have', async () => {
    const hasEvent = await page.evaluate(async () => {
      const smoke = window as unknown as SmokeWindow;
      const port = await smoke.askPort('rpc', null);
      const hasEvent = 'onclose' in port;
      port.start();
      port.close();
      return hasEvent;
    });
    expect(hasEvent).toBe(false);
    await until('the calls to be closed', () => host.output.split('rpc closed').length === 3);
  });

  it('refuses a request in a wrong form, and one from a child frame', async () => {
    const refused = await page.evaluate(() => {
      const smoke = window as unknown as SmokeWindow;
      smoke.opsLab.requestPort('shell', '/bin/sh', 'x'.repeat(20));
      return smoke.askPort('terminal', '../../x').catch((error: Error) => error.message);
    });
    expect(refused).toBe('no port came');
    expect(host.output).toContain('refused: a port was asked for in a wrong form');
    const inFrame = await page.evaluate(() => {
      const frame = document.createElement('iframe');
      document.body.append(frame);
      return typeof (frame.contentWindow as unknown as { opsLab?: unknown }).opsLab;
    });
    expect(inFrame).toBe('undefined');
  });

  it('ELE-027: saves what the page made itself, and nothing else', async () => {
    await page.evaluate(() => {
      for (const href of ['/page.js', URL.createObjectURL(new Blob(['mine']))]) {
        const link = document.createElement('a');
        link.href = href;
        link.download = 'name';
        link.click();
      }
    });
    const seen = [await until('a download', () => host.take('download')), await until('another', () => host.take('download'))];
    const allowed = (prefix: string) => seen.find(({ url }) => url.startsWith(prefix))?.allowed;
    expect([allowed('app://ui/page.js'), allowed('blob:app://ui/')]).toEqual([false, true]);
  });

  it('stays where it is: other origins are refused, by navigation and by request', async () => {
    const before = page.url();
    await page.click('#away');
    await page.evaluate(() => {
      location.href = 'https://elsewhere.app.invalid/';
    });
    expect(await page.evaluate(() => fetch('https://example.com/').catch(() => 'blocked'))).toBe('blocked');
    expect(await page.evaluate(() => fetch('/../../etc/passwd').then(({ status }) => status))).toBe(404);
    expect(page.url()).toBe(before);
    expect(await page.evaluate(() => 'askPort' in window)).toBe(true);
  });

  it('asks before it opens a link in the browser, and opens it only then', async () => {
    await page.click('#out');
    expect((await host.answerDialog(0)).message).toBe('Open example.com in your browser?');
    expect(host.take('open-external')).toBeUndefined();
    await page.click('#out');
    await host.answerDialog(1);
    expect(await until('the link to be opened', () => host.take('open-external'))).toMatchObject({ url: 'https://example.com/' });
    await until('no other page to be open', () => page.context().pages().length <= 2);
  });

  it('grants the clipboard for writing, and nothing else', async () => {
    const states = await page.evaluate(async () => {
      const names = ['clipboard-write', 'clipboard-read', 'notifications', 'geolocation'] as PermissionName[];
      return Promise.all(names.map(async (name) => (await navigator.permissions.query({ name })).state));
    });
    expect(states).toEqual(['granted', 'denied', 'denied', 'denied']);
  });

  it('gives way to the first instance when started a second time, and that one comes to the front', async () => {
    while (host.take('focused') !== undefined);
    const second = startHost(join(folder, 'data'));
    await until('the second instance to end', () => second.exited);
    expect(second.child.exitCode).toBe(0);
    expect(second.output).toContain('open already');
    await until('the first window to come to the front', () => host.take('focused'));
    expect(host.exited).toBe(false);
  });

  it("shows a lab's page for a link, and ignores what is not exactly such a link", async () => {
    await openWithFirst('ops-lab://lab/too-many-open-files');
    await until('the page of the lab', () => page.url().endsWith('/#/labs/too-many-open-files'));
    expect(await page.evaluate(() => 'askPort' in window)).toBe(true);
    await openWithFirst('ops-lab://lab/other?start=1');
    await openWithFirst('ops-lab://lab/other', '--labs=/tmp');
    await openWithFirst('ops-lab://lab/last');
    await until('the last of them', () => page.url().includes('/#/labs/') && !page.url().includes('too-many'));
    expect(page.url()).toMatch(/#\/labs\/last$/);
  });

  it('imports a learner file that it is opened with, once the person has agreed', async () => {
    const file = join(folder, 'Ada.opslab');
    writeFileSync(file, 'everything of Ada');
    await openWithFirst(file);
    expect((await host.answerDialog(0)).message).toBe('Import the learner in Ada.opslab?');
    await openWithFirst(file);
    await host.answerDialog(1);
    await until('the import', () => host.output.includes('imported everything of Ada'));
    expect(host.output.split('imported everything').length).toBe(2);
    await openWithFirst(join(folder, 'missing.opslab'));
    await host.answerDialog(1);
    expect((await until('the failure', () => host.take('error-box'))).content).toContain('missing.opslab was not imported');
  });

  it('opens more windows, each with ports of its own; closing one that is not the last asks nothing and ends nothing', async () => {
    const pages = () =>
      page
        .context()
        .pages()
        .filter((each) => each !== page && each.url() !== 'about:blank');
    const before = pages();
    host.do({ type: 'menu', label: 'New window' });
    const second = await until('the second window', () => pages().find((each) => !before.includes(each)));
    await second.waitForFunction(() => 'askPort' in window);
    const answers = [page, second].map((each) =>
      each.evaluate(async () => {
        const smoke = window as unknown as SmokeWindow;
        const port = await smoke.askPort('rpc', null);
        const next = smoke.nextMessage(port);
        port.postMessage('hello');
        return next;
      }),
    );
    expect(await Promise.all(answers)).toEqual(['echo hello', 'echo hello']);
    host.do({ type: 'close-window' });
    await until('the second window to close', () => second.isClosed());
    expect([host.exited, host.take('dialog'), page.isClosed()]).toEqual([false, undefined, false]);
  });

  it('looks at the engine again when the machine wakes', async () => {
    host.do({ type: 'power', event: 'resume' });
    await until('the engine to be looked at', () => host.output.includes('engine looked at again'));
  });

  it('ELE-036: shows the page where it was again after a crash, and a plain page after the next', async () => {
    page = await host.reconnect();
    await page.evaluate(() => location.assign('#/settings'));
    await page.reload();
    await until('the page to be there', () => host.take('loaded')?.url.endsWith('#/settings'));
    await crashAndWaitFor(host, /^app:\/\/ui\/(\?recovered)?#\/settings$/);
    await crashAndWaitFor(host, /^app:\/\/ui\/crashed$/);
    page = await host.reconnect();
    expect(await page.textContent('h1')).toBe('The window crashed twice');
  });

  it('closes the core when the last window closes, and ends', async () => {
    host.do({ type: 'close-window' });
    await until('the host to end', () => host.exited);
    expect(host.child.exitCode).toBe(0);
    expect(host.output).toContain('core closed, sessions keep');
  });

  it('asks what becomes of running sessions before the last window closes, and remembers the answer if told so', async () => {
    const busy = startHost(join(folder, 'busy'), { running: true, opens: ['ops-lab://lab/node-event-loop-freeze'] });
    try {
      const window = await busy.window();
      await until('the page that the first start was given', () => window.url().endsWith('/#/labs/node-event-loop-freeze'));
      busy.do({ type: 'close-window' });
      expect((await busy.answerDialog(2)).message).toBe('A session is running');
      await until('the next question', () => {
        busy.do({ type: 'close-window' });
        return busy.told.some(({ type }) => type === 'dialog');
      });
      await busy.answerDialog(1, true);
      await until('the host to end', () => busy.exited);
      expect(busy.take('dialog')).toBeUndefined();
      expect(busy.output).toContain('from now on stop');
      expect(busy.output).toContain('core closed, sessions stop');
      expect(busy.child.exitCode).toBe(0);
    } finally {
      await busy.stop('SIGKILL');
    }
  });

  it.each(['SIGTERM', 'shutdown'] as const)('asks nobody when the system ends it: %s', async (how) => {
    const busy = startHost(join(folder, `ended-${how}`), { running: true });
    await busy.window();
    if (how === 'shutdown') {
      busy.do({ type: 'power', event: 'shutdown' });
      await until('the host to end', () => busy.exited);
    }
    expect(await busy.stop('SIGTERM')).toBe(0);
    expect(busy.take('dialog')).toBeUndefined();
    expect(busy.output).toContain('core closed, sessions keep');
  });
});

async function crashAndWaitFor(host: StandInHost, url: RegExp): Promise<void> {
  while (host.take('loaded') !== undefined);
  host.do({ type: 'crash-renderer' });
  expect((await until('the window to load again', () => host.take('loaded'))).url).toMatch(url);
}
