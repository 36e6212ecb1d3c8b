import { describe, expect, it } from 'vitest';
import { isUiBlob, isUiUrl } from './app-url.ts';
import { externalLinks, externalUrl } from './external-links.ts';
import { isGranted } from './permissions.ts';
import { type Frame, isTrustedSender } from './sender.ts';
import { mayRequest } from './session-rules.ts';

describe('what is a page of ours', () => {
  it.each(['app://ui/', 'app://ui', 'app://ui/index.html#/labs', 'APP://ui/'])('%s is', (url) => {
    expect(isUiUrl(url)).toBe(true);
  });

  it.each([
    '',
    'about:blank',
    'app://ui.example/',
    'app://ui@x/',
    'app://x@ui/',
    'app://ui:1/',
    'app:/ui/',
    'file:///ui/',
    'https://ui/',
    'data:text/html,app://ui/',
  ])('%j is not', (url) => {
    expect(isUiUrl(url)).toBe(false);
  });

  it('has blobs of its own, and only those are saved', () => {
    expect(isUiBlob('blob:app://ui/5f2b')).toBe(true);
    expect(isUiBlob('blob:https://example.com/5f2b')).toBe(false);
    expect(isUiBlob('app://ui/index.html')).toBe(false);
  });

  it.each([
    'file:///etc/passwd',
    'https://example.com/',
    'http://127.0.0.1:9229/json',
    'ws://127.0.0.1/',
    'data:text/html,x',
    'app://other/',
  ])('ELE-010: a page may not request %s', (url) => {
    expect(mayRequest(url)).toBe(false);
  });
});

describe('links to the outside', () => {
  it.each([
    ['https://example.com/a?b#c', 'https://example.com/a?b#c'],
    ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080/'],
    ['http://localhost:3000/', 'http://localhost:3000/'],
    ['http://[::1]:3000/', 'http://[::1]:3000/'],
    ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
  ])('%s may be opened, as %s', (text, url) => {
    expect(externalUrl(text)).toBe(url);
  });

  it.each([
    'file:///etc/passwd',
    'smb://server/share',
    'ms-msdt:/id',
    'vscode://file/x',
    'javascript:alert(1)',
    'http://example.com/',
    'http://127.0.0.1.example.com/',
    'https://user@example.com/',
    'https://user:password@example.com/',
    'https://example.com/\u0000',
    'https://example.com/\u009b31m',
    'https://exa\nmple.com/',
    `https://example.com/${'a'.repeat(2048)}`,
    'example.com',
    '',
  ])('ELE-001: %j is not opened', async (text) => {
    const opened: string[] = [];
    const open = externalLinks({ confirm: async () => true, open: async (url) => void opened.push(url) });
    await open(text);
    expect(opened).toEqual([]);
  });

  it('are opened after a yes only, and one question is asked at a time', async () => {
    const opened: string[] = [];
    const questions: ((yes: boolean) => void)[] = [];
    const open = externalLinks({
      confirm: () => new Promise((resolve) => questions.push(resolve)),
      open: async (url) => void opened.push(url),
    });
    const first = open('https://one.example/');
    await open('https://two.example/');
    expect(questions).toHaveLength(1);
    questions[0]?.(false);
    await first;
    const third = open('https://three.example/');
    questions[1]?.(true);
    await third;
    expect(opened).toEqual(['https://three.example/']);
  });
});

describe('permissions', () => {
  const all = [
    'clipboard-read',
    'geolocation',
    'media',
    'display-capture',
    'notifications',
    'fullscreen',
    'midi',
    'hid',
    'usb',
    'serial',
    'openExternal',
    'pointerLock',
    'local-fonts',
    'unknown',
  ];

  it.each(all)('ELE-021: %s is denied', (permission) => {
    expect(isGranted(permission, 'app://ui/')).toBe(false);
  });

  it('writing text to the clipboard is granted to our own pages alone', () => {
    expect(isGranted('clipboard-sanitized-write', 'app://ui/')).toBe(true);
    expect(isGranted('clipboard-sanitized-write', 'https://example.com/')).toBe(false);
    expect(isGranted('clipboard-sanitized-write', '')).toBe(false);
  });
});

describe('the sender of a message', () => {
  const main: Frame = { url: 'app://ui/#/labs', parent: null, detached: false, frameTreeNodeId: 7 };

  it('is trusted as the main frame of one of our windows on a page of ours', () => {
    expect(isTrustedSender({ ...main }, main)).toBe(true);
  });

  it.each<[string, Frame | null]>([
    ['a frame that is gone', null],
    ['a frame that was detached', { ...main, detached: true }],
    ['ELE-011: a child frame', { ...main, parent: main, frameTreeNodeId: 8 }],
    ['the main frame of another window', { ...main, frameTreeNodeId: 9 }],
    ['ELE-012: about:blank', { ...main, url: 'about:blank' }],
    ['an empty URL', { ...main, url: '' }],
    ['ELE-011: a data: document', { ...main, url: 'data:text/html,x' }],
    ['another host', { ...main, url: 'app://ui.example/' }],
  ])('is refused: %s', (_what, frame) => {
    expect(isTrustedSender(frame, main)).toBe(false);
  });
});
