/** One page in Chromium, as the host's `webContents`. */
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import type { CdpSession, Chromium, Json } from './cdp.ts';
import { ipcMain } from './ipc-main.ts';
import { BINDING, isolatedWorld, MAIN_WORLD, WORLD } from './page-scripts.ts';
import type { MessagePortMain } from './ports.ts';
import { defaultSession } from './session.ts';
import { toHostUrl, toPageUrl } from './url-map.ts';

const UI_ORIGIN = 'app://ui';

export class WebFrameMain {
  readonly id: string;
  readonly parent: WebFrameMain | null;
  url = '';
  detached = false;
  readonly frameTreeNodeId: number;
  private static count = 0;

  constructor(id: string, parent: WebFrameMain | null) {
    this.id = id;
    this.parent = parent;
    WebFrameMain.count += 1;
    this.frameTreeNodeId = WebFrameMain.count;
  }
}

/** An event whose listeners may prevent what it announces. */
export function preventable<T extends object>(details: T): T & { defaultPrevented: boolean; preventDefault(): void } {
  const event = {
    ...details,
    defaultPrevented: false,
    preventDefault() {
      event.defaultPrevented = true;
    },
  };
  return event;
}

export class WebContents extends EventEmitter {
  private readonly preload: string;
  private readonly frames = new Map<string, WebFrameMain>();
  /** The preload's world of each frame, by the protocol's context id. */
  private readonly worlds = new Map<number, WebFrameMain>();
  private readonly ports = new Map<string, { readonly port: MessagePortMain; readonly context: number }>();
  private nextPort = 1;
  private page: CdpSession | null = null;
  private openHandler: (details: { url: string }) => { action: string } = () => ({ action: 'allow' });
  /** The address that the host itself asked for: such a navigation is not the page's and asks nobody. */
  private hostNavigation: string | null = null;
  private zoom = 0;
  targetId = '';
  mainFrame = new WebFrameMain('', null);

  constructor(preload: string) {
    super();
    this.preload = readFileSync(preload, 'utf8');
  }

  async attach(browser: Chromium, targetId: string): Promise<void> {
    this.targetId = targetId;
    const page = await browser.attach(targetId);
    this.page = page;
    this.mainFrame = new WebFrameMain(targetId, null);
    this.frames.set(targetId, this.mainFrame);
    this.listen(page);
    const pageOrigin = toPageUrl(`${UI_ORIGIN}/`).slice(0, -1);
    const script = isolatedWorld(this.preload, UI_ORIGIN, pageOrigin);
    await Promise.all([
      page.send('Page.enable'),
      page.send('Inspector.enable'),
      page.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] }),
      page.send('Runtime.addBinding', { name: BINDING, executionContextName: WORLD }),
      page.send('Page.addScriptToEvaluateOnNewDocument', { source: MAIN_WORLD }),
      page.send('Page.addScriptToEvaluateOnNewDocument', { source: script, worldName: WORLD }),
      page.send('Runtime.enable'),
    ]);
  }

  private listen(page: CdpSession): void {
    page.on('Fetch.requestPaused', (request: Json) => this.request(request).catch((error: Error) => console.error('stand-in:', error)));
    page.on('Page.frameAttached', ({ frameId, parentFrameId }: Json) => {
      this.frames.set(String(frameId), new WebFrameMain(String(frameId), this.frames.get(String(parentFrameId)) ?? this.mainFrame));
    });
    page.on('Page.frameDetached', ({ frameId }: Json) => {
      const frame = this.frames.get(String(frameId));
      if (frame !== undefined) frame.detached = true;
      this.frames.delete(String(frameId));
    });
    page.on('Page.frameNavigated', ({ frame }: { frame: { id: string; url: string; urlFragment?: string } }) => {
      const known = this.frames.get(frame.id);
      if (known !== undefined) known.url = toHostUrl(`${frame.url}${frame.urlFragment ?? ''}`);
    });
    page.on('Page.navigatedWithinDocument', ({ frameId, url }: Json) => {
      const known = this.frames.get(String(frameId));
      if (known !== undefined) known.url = toHostUrl(String(url));
    });
    page.on('Page.windowOpen', ({ url }: Json) => this.openHandler({ url: toHostUrl(String(url)) }));
    page.on('Page.loadEventFired', () => this.emit('did-finish-load'));
    page.on('Runtime.executionContextCreated', ({ context }: { context: { id: number; name: string; auxData: { frameId: string } } }) => {
      const frame = this.frames.get(context.auxData.frameId);
      if (context.name === WORLD && frame !== undefined) this.worlds.set(context.id, frame);
    });
    page.on('Runtime.executionContextDestroyed', ({ executionContextId }: Json) => this.worldGone(Number(executionContextId)));
    page.on('Runtime.executionContextsCleared', () => {
      for (const context of [...this.worlds.keys()]) this.worldGone(context);
    });
    page.on('Runtime.bindingCalled', ({ name, payload, executionContextId }: Json) => {
      if (name === BINDING) this.fromPage(JSON.parse(String(payload)), Number(executionContextId));
    });
    page.on('Inspector.targetCrashed', () => {
      this.closePorts();
      this.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 });
    });
  }

  async loadURL(url: string): Promise<void> {
    this.hostNavigation = url;
    const { errorText } = (await this.page?.send('Page.navigate', { url: toPageUrl(url) })) ?? {};
    if (errorText !== undefined) throw new Error(`${errorText} (${url})`);
  }

  reload(): void {
    this.hostNavigation = this.mainFrame.url;
    this.page?.send('Page.reload').catch(() => {});
  }

  /** Ends the page's process, as a fault would. */
  crash(): void {
    // Never answered: who would answer is gone.
    this.page?.send('Page.crash').catch(() => {});
  }

  getURL(): string {
    return this.mainFrame.url;
  }

  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler;
  }

  setZoomLevel(level: number): void {
    this.zoom = level;
  }

  getZoomLevel(): number {
    return this.zoom;
  }

  /** To the preload of the main frame's present document. */
  postMessage(channel: string, message: unknown, transfer: MessagePortMain[] = []): void {
    const context = [...this.worlds].find(([, frame]) => frame === this.mainFrame)?.[0];
    if (context === undefined) {
      for (const port of transfer) port.transfer({ post() {}, close() {} }).end();
      return;
    }
    const portIds = transfer.map((port) => {
      const id = String(this.nextPort++);
      const stays = port.transfer({
        post: (data) => this.toPage(context, { op: 'port', id, data }),
        close: () => this.toPage(context, { op: 'close', id }),
      });
      this.ports.set(id, { port: stays, context });
      return id;
    });
    this.toPage(context, { op: 'message', channel, args: [message], portIds });
  }

  /** The window is gone. */
  destroyed(): void {
    this.closePorts();
    this.emit('destroyed');
  }

  private toPage(context: number, message: Json): void {
    this.page
      ?.send('Runtime.callFunctionOn', {
        functionDeclaration: '(message) => globalThis.__standInReceive(message)',
        executionContextId: context,
        arguments: [{ value: message }],
      })
      .catch(() => this.worldGone(context));
  }

  private fromPage(message: { op: string; channel: string; args: unknown[]; id: string; data: string }, context: number): void {
    const frame = this.worlds.get(context) ?? null;
    if (message.op === 'ipc') {
      const sent = ipcMain.emit(message.channel, { sender: this, senderFrame: frame, ports: [] }, ...message.args);
      if (!sent) console.error(`stand-in: nobody listens on the channel ${message.channel}`);
      return;
    }
    const entry = this.ports.get(message.id);
    if (entry === undefined || entry.context !== context) return;
    if (message.op === 'port') entry.port.deliver(message.data);
    else {
      this.ports.delete(message.id);
      entry.port.end();
    }
  }

  private worldGone(context: number): void {
    this.worlds.delete(context);
    for (const [id, entry] of this.ports) {
      if (entry.context !== context) continue;
      this.ports.delete(id);
      entry.port.end();
    }
  }

  private closePorts(): void {
    for (const context of [...this.worlds.keys()]) this.worldGone(context);
  }

  /** Every request of the page: the host's rules first, then its protocol handler; nothing reaches the network. */
  private async request({ requestId, request, resourceType, frameId }: Json): Promise<void> {
    const { url: pageUrl, method } = request as { url: string; method: string };
    const url = toHostUrl(pageUrl);
    const fail = (errorReason: string) => this.page?.send('Fetch.failRequest', { requestId, errorReason });
    if (resourceType === 'Document' && !this.mayNavigate(url, String(frameId))) return void (await fail('Aborted'));
    const answer = await defaultSession.answer(url, method);
    if (answer === null) return void (await fail('BlockedByClient'));
    const body = Buffer.from(await answer.arrayBuffer()).toString('base64');
    const responseHeaders = [...answer.headers].map(([name, value]) => ({ name, value }));
    await this.page?.send('Fetch.fulfillRequest', { requestId, responseCode: answer.status, responseHeaders, body });
  }

  private mayNavigate(url: string, frameId: string): boolean {
    const isMainFrame = frameId === this.mainFrame.id;
    const byHost = isMainFrame && this.hostNavigation === url;
    if (!byHost) {
      const details = { url, isMainFrame, isSameDocument: false, frame: this.frames.get(frameId) ?? null };
      const inFrame = preventable(details);
      this.emit('will-frame-navigate', inFrame);
      const inWindow = preventable(details);
      if (isMainFrame) this.emit('will-navigate', inWindow);
      if (inFrame.defaultPrevented || inWindow.defaultPrevented) return false;
    }
    this.hostNavigation = null;
    if (isMainFrame) this.emit('did-start-navigation', { url, isMainFrame, isSameDocument: false });
    return true;
  }
}
