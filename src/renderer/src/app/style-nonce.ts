/**
 * xterm.js, CodeMirror and React Aria make `<style>` elements. The content security policy admits them only with this
 * page's nonce, and only when they carry it before they are inserted: so each one is stamped where it is made.
 */

/** The nonce that the host has written into the page; empty where the host sets none. */
export function styleNonce(document: Document): string {
  return document.querySelector('meta[property="csp-nonce"]')?.getAttribute('content') ?? '';
}

export function stampStyleNonce(document: Document): void {
  const nonce = styleNonce(document);
  if (nonce === '') return;
  const create = document.createElement.bind(document);
  document.createElement = (name: string, options?: ElementCreationOptions) => {
    const element = create(name, options);
    if (element instanceof HTMLStyleElement) element.nonce = nonce;
    return element;
  };
}
