/** Starts an Electron entry on the stand-in, connects to its Chromium, and does what a person does outside the page. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { FromTest, ToTest } from '../electron-stand-in/control.ts';
import { toHostUrl } from '../electron-stand-in/url-map.ts';
import { until } from './until.ts';

const REGISTER = fileURLToPath(new URL('../electron-stand-in/register.mjs', import.meta.url));

export interface StandInStart {
  readonly entry: string;
  readonly args: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  readonly node?: string;
}

export class StandInHost {
  readonly child: ChildProcess;
  /** Everything the host wrote, for the message of a failing test. */
  output = '';
  readonly told: ToTest[] = [];
  private browser: Browser | null = null;
  /** Whether a window has ever shown a page of the app. */
  private loaded = false;

  constructor({ entry, args, environment, node }: StandInStart) {
    this.child = spawn(node ?? process.execPath, ['--import', REGISTER, entry, ...args], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.child.on('message', (message: ToTest) => {
      if (message.type === 'loaded' && message.url.startsWith('app://ui/')) this.loaded = true;
      this.told.push(message);
    });
    for (const stream of [this.child.stdout, this.child.stderr]) stream?.on('data', (chunk: Buffer) => (this.output += chunk));
  }

  /** The app's window, once it shows the renderer. @throws with the host's output when it ends first */
  async window(): Promise<Page> {
    const ready = await until('the stand-in to have a browser that has loaded the app', () => {
      if (this.exited) throw new Error(`the host ended with ${this.child.exitCode}:\n${this.output}`);
      // Playwright may wait without end for a page that it finds between its empty document and its first navigation.
      return this.loaded && this.told.find((message) => message.type === 'ready');
    });
    this.browser ??= await chromium.connectOverCDP(ready.endpoint);
    const browser = this.browser;
    return until('a window of the app', () =>
      browser
        .contexts()
        .flatMap((context) => context.pages())
        .find((page) => toHostUrl(page.url()).startsWith('app://ui/')),
    );
  }

  /** Connects anew: a client that saw a page crash cannot use that page again. */
  async reconnect(): Promise<Page> {
    await this.browser?.close();
    this.browser = null;
    return this.window();
  }

  get exited(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  do(command: FromTest): void {
    this.child.send(command);
  }

  /** Waits for the next native dialog and presses the button with this index, the box below ticked or not. @returns what the dialog said */
  async answerDialog(response: number, checked = false): Promise<Extract<ToTest, { type: 'dialog' }>> {
    const dialog = await until('a native dialog', () => this.take('dialog'));
    this.do({ type: 'dialog-answer', id: dialog.id, response, checked });
    return dialog;
  }

  /** Takes the oldest message of this type, if there is one. */
  take<T extends ToTest['type']>(type: T): Extract<ToTest, { type: T }> | undefined {
    const index = this.told.findIndex((message) => message.type === type);
    return index === -1 ? undefined : (this.told.splice(index, 1)[0] as Extract<ToTest, { type: T }>);
  }

  /** Ends the host, in order or at once. @returns the exit code, null after a kill */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<number | null> {
    if (!this.exited) {
      const exit = once(this.child, 'exit');
      this.child.kill(signal);
      await exit;
    }
    await this.browser?.close().catch(() => {});
    return this.child.exitCode;
  }
}
