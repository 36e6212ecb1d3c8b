/** What both terminals, the headless one of the host and the one of the page, have of xterm.js. */
type Handler = (params: (number | number[])[]) => boolean;

export interface Xterm {
  readonly rows: number;
  readonly buffer: { readonly active: { readonly type: 'normal' | 'alternate' } };
  readonly parser: {
    registerCsiHandler(id: { prefix?: string; intermediates?: string; final: string }, handler: Handler): unknown;
    registerEscHandler(id: { final: string }, handler: () => boolean): unknown;
  };
  write(data: Uint8Array | string, parsed?: () => void): void;
}
