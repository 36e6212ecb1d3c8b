/**
 * One terminal's viewer: xterm.js, its byte channel and its state. It lives outside React, so that tabs and splits can
 * move it about and no byte of output ever becomes React state.
 */
import '@xterm/xterm/css/xterm.css';
import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { Terminal } from '@xterm/xterm';
import { FloodWriter } from '../../../../shared/terminal-screen/flood-writer.ts';
import { ScrollRegion } from '../../../../shared/terminal-screen/scroll-region.ts';
import type { BinaryChannel } from '../../../../shared/terminal-wire/channel.ts';
import { decodeHostFrame, encodeViewerFrame, type HostFrame, type ViewerFrame } from '../../../../shared/terminal-wire/frames.ts';
import { theme } from '../../app/theme.ts';
import { backoffMs } from '../../connection/backoff.ts';
import type { Settings } from '../../connection/client.ts';
import { copyText } from '../../ui/copy.ts';
import { openExternal } from '../../ui/external-link.tsx';
import { createStore } from '../../ui/store.ts';
import { AckCounter } from './ack-counter.ts';
import { fontSizeFor, monoFont, terminalTheme } from './appearance.ts';
import { evidenceText, screenText } from './buffer-text.ts';
import { confirmPaste } from './confirm-paste.tsx';
import { chunkInput, isTooLong, needsConfirmation, neutralisePaste } from './paste.ts';
import { swallowReplies } from './swallow-replies.ts';
import { drawWithWebgl } from './webgl.ts';

const RESIZE_SETTLE_MS = 60;
/** Nobody reads lines that rush by; they may do so in steps. */
const SHOW_FLOOD_EVERY_MS = 100;

export type LineState =
  | { readonly state: 'connecting' | 'live' | 'reconnecting' }
  | { readonly state: 'ended'; readonly exitCode: number | null; readonly signal: number | null };

export type TerminalSettings = Pick<Settings, 'terminalFontSize' | 'scrollback' | 'screenReader'>;

export class TerminalController {
  readonly id: string;
  readonly sessionId: string;
  readonly line = createStore<LineState>({ state: 'connecting' });
  readonly searching = createStore(false);
  readonly matches = createStore<{ index: number; count: number } | null>(null);
  /** Output came while the terminal was not on the screen. */
  readonly unseen = createStore(false);
  readonly #terminal: Terminal;
  readonly #region: ScrollRegion;
  readonly #writer: FloodWriter;
  readonly #fit = new FitAddon();
  readonly #search = new SearchAddon();
  readonly #host = document.createElement('div');
  readonly #openChannel: (terminalId: string) => Promise<BinaryChannel>;
  readonly #onFocus: (controller: TerminalController) => void;
  readonly #readOnly: boolean;
  readonly #stopTheme: () => void;
  readonly #watchSize: ResizeObserver;
  /** The open channel; null between two of them. */
  #channel: BinaryChannel | null = null;
  /** The channel whose frames count: the newest, also after it has closed. */
  #source: BinaryChannel | null = null;
  #exited = false;
  /** Frames that wait until the snapshot before them is in the buffer. */
  #held: HostFrame[] | null = null;
  #resizeTimer: ReturnType<typeof setTimeout> | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #opened = false;
  #disposed = false;
  #fontSetting: number;

  readonly #title: string;

  constructor(options: {
    id: string;
    sessionId: string;
    title: string;
    readOnly: boolean;
    settings: TerminalSettings;
    openChannel: (terminalId: string) => Promise<BinaryChannel>;
    /** Called when the learner begins to type here. */
    onFocus: (controller: TerminalController) => void;
  }) {
    this.id = options.id;
    this.sessionId = options.sessionId;
    this.#title = options.title;
    this.#openChannel = options.openChannel;
    this.#onFocus = options.onFocus;
    this.#readOnly = options.readOnly;
    this.#fontSetting = options.settings.terminalFontSize;
    this.#host.className = 'terminal-host';
    this.#host.dataset.terminalId = options.id;
    this.#terminal = new Terminal({
      allowProposedApi: true,
      cols: 80,
      rows: 24,
      fontFamily: monoFont(),
      fontSize: fontSizeFor(this.#fontSetting),
      lineHeight: 1.2,
      theme: terminalTheme(),
      minimumContrastRatio: 4.5,
      scrollback: options.settings.scrollback,
      screenReaderMode: options.settings.screenReader,
      cursorInactiveStyle: 'outline',
      disableStdin: options.readOnly,
      macOptionIsMeta: true,
      windowOptions: {},
      linkHandler: { activate: (_event, address) => void openExternal(address), allowNonHttpProtocols: false },
    });
    this.#terminal.loadAddon(this.#fit);
    this.#terminal.loadAddon(this.#search);
    this.#terminal.loadAddon(new UnicodeGraphemesAddon());
    this.#terminal.loadAddon(new WebLinksAddon((_event, address) => void openExternal(address)));
    swallowReplies(this.#terminal);
    this.#region = new ScrollRegion(this.#terminal);
    this.#writer = new FloodWriter(this.#terminal, this.#region, {
      scrollback: () => this.#terminal.options.scrollback ?? 0,
      showEveryMs: SHOW_FLOOD_EVERY_MS,
    });
    this.#terminal.onResize(() => this.#region.reset());
    this.#terminal.onData((data) => this.#input(new TextEncoder().encode(data)));
    this.#terminal.onBinary((data) => this.#input(Uint8Array.from(data, (character) => character.charCodeAt(0))));
    this.#terminal.attachCustomKeyEventHandler((event) => this.#onKey(event));
    this.#terminal.buffer.onBufferChange((buffer) => {
      if (buffer.type === 'alternate') this.#host.dataset.fullScreen = '';
      else delete this.#host.dataset.fullScreen;
    });
    this.#search.onDidChangeResults(({ resultIndex, resultCount }) => this.matches.set({ index: resultIndex, count: resultCount }));
    this.#host.addEventListener('paste', (event) => this.#onPaste(event), { capture: true });
    this.#stopTheme = theme.subscribe(() => this.#restyle());
    this.#watchSize = new ResizeObserver(() => this.#fitSoon());
    void this.#connect();
  }

  /** Shows the terminal inside an element. It may be shown in one place at a time. */
  attach(parent: HTMLElement): void {
    parent.append(this.#host);
    if (!this.#opened) {
      this.#opened = true;
      this.#terminal.open(this.#host);
      this.#terminal.textarea?.setAttribute('aria-label', `Terminal ${this.#title}`);
      this.#terminal.textarea?.addEventListener('focus', () => this.#onFocus(this));
      void drawWithWebgl(this.#terminal, () => this.#disposed);
    }
    this.unseen.set(false);
    this.#watchSize.observe(parent);
    this.#fitNow();
  }

  detach(): void {
    this.#watchSize.disconnect();
    this.#host.remove();
  }

  focus(): void {
    this.#terminal.focus();
  }

  /** Columns and rows as they are now. */
  get size(): { cols: number; rows: number } {
    return { cols: this.#terminal.cols, rows: this.#terminal.rows };
  }

  /** All text of the active buffer, scrollback included. */
  text(): string {
    return screenText(this.#terminal.buffer.active);
  }

  /** Calls the listener each time that output was parsed, with the line that the cursor is on. */
  onParsed(listener: (cursorLine: string) => void): void {
    this.#terminal.onWriteParsed(() => {
      const buffer = this.#terminal.buffer.active;
      listener(buffer.getLine(buffer.baseY + buffer.cursorY)?.translateToString(true) ?? '');
    });
  }

  /** What would be pinned now: the lines of the selection, or else the newest line of output. Empty when there is none. */
  evidence(): string {
    return evidenceText(this.#terminal);
  }

  /** Whether something can be typed into it now. */
  get takesInput(): boolean {
    return !this.#readOnly && this.line.get().state === 'live';
  }

  get hasSelection(): boolean {
    return this.#terminal.hasSelection();
  }

  /** Puts text before the cursor as a paste does: neutralised, and asked about when the shell would run it. */
  async insert(text: string): Promise<boolean> {
    if (!this.takesInput) return false;
    const clean = neutralisePaste(text);
    const bracketed = this.#terminal.modes.bracketedPasteMode;
    if (isTooLong(clean)) {
      await confirmPaste('too-long', clean);
      return false;
    }
    if (needsConfirmation(clean, bracketed) && !(await confirmPaste('lines', clean))) return false;
    this.#input(new TextEncoder().encode(bracketed ? `\u001b[200~${clean}\u001b[201~` : clean));
    this.#terminal.scrollToBottom();
    this.focus();
    return true;
  }

  /** Says that the terminal's program has ended, where no frame of the channel has said so. */
  markEnded(exitCode: number | null): void {
    this.#exited = true;
    clearTimeout(this.#retryTimer);
    if (this.line.get().state !== 'ended') this.line.set({ state: 'ended', exitCode, signal: null });
  }

  find(text: string, direction: 'next' | 'previous', incremental = false): void {
    const styles = getComputedStyle(document.documentElement);
    const colour = (name: string) => styles.getPropertyValue(name).trim();
    const options = {
      incremental,
      decorations: {
        matchBackground: colour('--tint-mitigated'),
        matchOverviewRuler: colour('--v-mitigated'),
        activeMatchBackground: colour('--term-selection'),
        activeMatchBorder: colour('--focus'),
        activeMatchColorOverviewRuler: colour('--focus'),
      },
    };
    if (text === '') this.endSearch(false);
    else if (direction === 'next') this.#search.findNext(text, options);
    else this.#search.findPrevious(text, options);
  }

  endSearch(close = true): void {
    this.#search.clearDecorations();
    this.matches.set(null);
    if (close) {
      this.searching.set(false);
      this.focus();
    }
  }

  configure(settings: TerminalSettings): void {
    this.#fontSetting = settings.terminalFontSize;
    this.#writer.flush();
    this.#terminal.options.scrollback = settings.scrollback;
    this.#terminal.options.screenReaderMode = settings.screenReader;
    this.#restyle();
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#resizeTimer);
    clearTimeout(this.#retryTimer);
    this.#stopTheme();
    this.#watchSize.disconnect();
    this.#channel?.close();
    this.#writer.dispose();
    this.#terminal.dispose();
    this.#host.remove();
  }

  async #connect(): Promise<void> {
    let channel: BinaryChannel;
    try {
      channel = await this.#openChannel(this.id);
    } catch {
      this.#failures += 1;
      this.#retry();
      return;
    }
    if (this.#disposed) {
      channel.close();
      return;
    }
    this.#channel = channel;
    this.#source = channel;
    this.#held = null;
    const acks = new AckCounter();
    channel.onMessage((bytes) => {
      if (this.#channel !== channel) return;
      const frame = decodeHostFrame(bytes);
      if (frame.kind === 'exit') this.#exited = true;
      this.#receive(frame, channel, acks);
    });
    channel.onClose(() => {
      if (this.#channel !== channel) return;
      this.#channel = null;
      this.#failures += 1;
      this.#retry();
    });
  }

  #retry(): void {
    if (this.#disposed || this.#exited) return;
    this.line.set({ state: 'reconnecting' });
    this.#retryTimer = setTimeout(() => void this.#connect(), backoffMs(this.#failures));
  }

  #receive(frame: HostFrame, channel: BinaryChannel, acks: AckCounter): void {
    if (this.#held) {
      this.#held.push(frame);
      return;
    }
    switch (frame.kind) {
      case 'output':
        if (!this.#host.isConnected) this.unseen.set(true);
        this.#writer.write(frame.bytes, () => {
          const count = acks.taken(frame.bytes.length);
          if (count > 0) this.#send({ kind: 'ack', count }, channel);
        });
        break;
      case 'snapshot':
        this.#failures = 0;
        this.#held = [];
        // What is still being parsed belongs to the time before the snapshot.
        this.#writer.settle(() => this.#restore(frame, channel, acks));
        break;
      case 'size':
        // Taken as it is, also when it is not what was asked for, and never answered: two pages would never agree on one.
        this.#writer.settle(() => this.#terminal.resize(frame.cols, frame.rows));
        break;
      case 'exit':
        this.#writer.settle(() => this.line.set({ state: 'ended', exitCode: frame.code, signal: frame.signal }));
        break;
    }
  }

  #restore(frame: HostFrame & { kind: 'snapshot' }, channel: BinaryChannel, acks: AckCounter): void {
    if (this.#disposed || this.#source !== channel) return;
    this.#terminal.reset();
    this.#region.reset();
    this.#terminal.resize(frame.cols, frame.rows);
    this.#writer.writeText(frame.text, () => this.#fitNow());
    if (this.line.get().state !== 'ended') this.line.set({ state: 'live' });
    const held = this.#held ?? [];
    this.#held = null;
    for (const later of held) this.#receive(later, channel, acks);
  }

  #send(frame: ViewerFrame, channel = this.#channel): void {
    channel?.send(encodeViewerFrame(frame));
  }

  #input(bytes: Uint8Array): void {
    if (this.#readOnly) return;
    for (const chunk of chunkInput(bytes)) this.#send({ kind: 'input', bytes: chunk });
  }

  #onKey(event: KeyboardEvent): boolean {
    if (!event.ctrlKey || !event.shiftKey || event.altKey) return true;
    if (event.code === 'KeyC') {
      if (event.type === 'keydown') {
        event.preventDefault();
        if (this.#terminal.hasSelection()) void copyText(this.#terminal.getSelection()).then(() => this.focus());
      }
      return false;
    }
    // The browser turns this chord into a paste event; reading the clipboard by itself is not allowed.
    if (event.code === 'KeyV') return false;
    return true;
  }

  #onPaste(event: ClipboardEvent): void {
    event.preventDefault();
    event.stopPropagation();
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (text !== '') void this.insert(text);
  }

  #fitSoon(): void {
    clearTimeout(this.#resizeTimer);
    this.#resizeTimer = setTimeout(() => this.#fitNow(), RESIZE_SETTLE_MS);
  }

  #fitNow(): void {
    if (!this.#host.isConnected || this.#host.clientWidth === 0) return;
    const size = this.#fit.proposeDimensions();
    if (!size || Number.isNaN(size.cols) || Number.isNaN(size.rows)) return;
    if (size.cols !== this.#terminal.cols || size.rows !== this.#terminal.rows) {
      this.#writer.flush();
      this.#terminal.resize(size.cols, size.rows);
    }
    if (this.line.get().state === 'live') this.#send({ kind: 'resize', cols: size.cols, rows: size.rows });
  }

  #restyle(): void {
    this.#terminal.options.theme = terminalTheme();
    this.#terminal.options.fontFamily = monoFont();
    this.#terminal.options.fontSize = fontSizeFor(this.#fontSetting);
    this.#fitSoon();
  }
}
