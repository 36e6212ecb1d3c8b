/** The guards of windows and browser sessions, event by event: what the stand-in's Chromium never sends is shown here. */
import { EventEmitter } from 'node:events';
import type { Session, WebContents } from 'electron';
import { describe, expect, it, vi } from 'vitest';
import { guardNavigation } from './navigation.ts';
import { applySessionRules } from './session-rules.ts';
import { webPreferences } from './web-preferences.ts';

const OURS = 'app://ui/#/labs';
const ELSEWHERE = ['https://example.com/', 'file:///etc/passwd', 'data:text/html,x', 'app://ui.example/', 'about:blank'];

describe('the preferences of a window', () => {
  it.each([true, false])('give the page no more than the web has (packaged: %s)', (packaged) => {
    const { preload, ...preferences } = webPreferences('/preload.cjs', packaged);
    expect(preload).toBe('/preload.cjs');
    // All of them: a preference that is added has to be looked at here. Among those that must not be: enableBlinkFeatures.
    expect(preferences).toEqual({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      spellcheck: false,
      devTools: !packaged,
    });
  });
});

describe('the guards of a window', () => {
  function guarded() {
    const contents = new EventEmitter();
    const opened: string[] = [];
    const setWindowOpenHandler = vi.fn<(handler: (details: { url: string }) => { action: string }) => void>();
    guardNavigation(Object.assign(contents, { setWindowOpenHandler }) as unknown as WebContents, (url) => opened.push(url));
    const prevented = (event: string, details: object) => {
      const preventDefault = vi.fn();
      contents.emit(event, { ...details, preventDefault }, [], () => {});
      return preventDefault.mock.calls.length === 1;
    };
    return { prevented, opened, windowOpen: setWindowOpenHandler.mock.calls[0]?.[0] };
  }

  it.each(['will-navigate', 'will-redirect'])('%s: a page of ours only', (event) => {
    const { prevented } = guarded();
    expect(prevented(event, { url: OURS })).toBe(false);
    for (const url of ELSEWHERE) expect(prevented(event, { url }), url).toBe(true);
  });

  it('ELE-028: no frame in the page is navigated, wherever to', () => {
    const { prevented } = guarded();
    expect(prevented('will-frame-navigate', { url: OURS, isMainFrame: true })).toBe(false);
    for (const url of [OURS, ...ELSEWHERE]) expect(prevented('will-frame-navigate', { url, isMainFrame: false }), url).toBe(true);
  });

  it('no webview is attached, and no Bluetooth device chosen', () => {
    const { prevented } = guarded();
    expect(prevented('will-attach-webview', {})).toBe(true);
    expect(prevented('select-bluetooth-device', {})).toBe(true);
  });

  it('no window is opened by a page: its address goes to the one place that asks the person', () => {
    const { windowOpen, opened } = guarded();
    expect(windowOpen?.({ url: 'https://example.com/' })).toEqual({ action: 'deny' });
    expect(opened).toEqual(['https://example.com/']);
  });
});

describe('the rules of a browser session', () => {
  type Handler = (...args: never[]) => unknown;
  function ruled() {
    const handlers: Record<string, Handler> = {};
    const session = new EventEmitter();
    const take = (name: string) => (handler: Handler) => {
      handlers[name] = handler;
    };
    applySessionRules(
      Object.assign(session, {
        setPermissionRequestHandler: take('request'),
        setPermissionCheckHandler: take('check'),
        setDevicePermissionHandler: take('device'),
        setDisplayMediaRequestHandler: take('capture'),
        webRequest: { onBeforeRequest: take('before') },
      }) as unknown as Session,
    );
    const call = (name: string, ...args: unknown[]) => (handlers[name] as (...args: unknown[]) => unknown)(...args);
    return { session, call };
  }

  it('ELE-021: a frame inside our page gets nothing, not even what the page itself gets', () => {
    const { call } = ruled();
    const contents = { getURL: () => OURS };
    const asked = (permission: string, isMainFrame: boolean, requestingUrl = OURS) => {
      const answer = vi.fn();
      call('request', contents, permission, answer, { isMainFrame, requestingUrl });
      return answer.mock.calls;
    };
    expect(asked('clipboard-sanitized-write', true)).toEqual([[true]]);
    expect(asked('clipboard-sanitized-write', false)).toEqual([[false]]);
    expect(asked('clipboard-sanitized-write', true, 'https://example.com/')).toEqual([[false]]);
    expect(asked('media', true)).toEqual([[false]]);
    expect(call('check', contents, 'clipboard-sanitized-write', 'app://ui', { isMainFrame: true })).toBe(true);
    expect(call('check', contents, 'clipboard-sanitized-write', 'app://ui', { isMainFrame: false })).toBe(false);
    expect(call('check', null, 'geolocation', 'app://ui', { isMainFrame: true })).toBe(false);
  });

  it('ELE-022: no device and no picture of the screen is given out', () => {
    const { session, call } = ruled();
    expect(call('device', {})).toBe(false);
    const capture = vi.fn();
    call('capture', {}, capture);
    expect(capture.mock.calls).toEqual([[null]]);
    for (const [event, nothing] of [
      ['select-hid-device', [null]],
      ['select-usb-device', []],
      ['select-serial-port', ['']],
    ] as const) {
      const preventDefault = vi.fn();
      const chosen = vi.fn();
      // A serial port comes with the window between the ports and the answer.
      session.emit(event, { preventDefault }, ...(event === 'select-serial-port' ? [[], {}] : [{}]), chosen);
      expect([preventDefault.mock.calls.length, chosen.mock.calls], event).toEqual([1, [nothing]]);
    }
  });

  it('only our pages and their blobs are requested, only their blobs are saved', () => {
    const { session, call } = ruled();
    const requested = (url: string) => {
      const answer = vi.fn();
      call('before', { url }, answer);
      return answer.mock.calls[0]?.[0]?.cancel === false;
    };
    expect(['app://ui/index.html', 'blob:app://ui/1'].map(requested)).toEqual([true, true]);
    for (const url of ELSEWHERE) expect(requested(url), url).toBe(false);
    const saved = (url: string) => {
      const preventDefault = vi.fn();
      session.emit('will-download', { preventDefault }, { getURL: () => url });
      return preventDefault.mock.calls.length === 0;
    };
    expect(['blob:app://ui/1', 'app://ui/index.html', 'https://example.com/x'].map(saved)).toEqual([true, false, false]);
  });
});
