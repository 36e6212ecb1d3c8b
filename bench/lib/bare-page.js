// The page of bare-host.ts: shells in xterm.js, with the same list of terminals for measurements as the product's page has.
const { Terminal } = /** @type {typeof import('@xterm/xterm')} */ (/** @type {unknown} */ (window));
const { terminals = '1', cols = '80', rows = '24', font = '14' } = Object.fromEntries(new URLSearchParams(location.search));
const encoder = new TextEncoder();
/** @type {NonNullable<typeof window.__opsLabTerminals>} */
const list = new Map();
window.__opsLabTerminals = list;

for (let number = 0; number < Number(terminals); number++) {
  const host = document.createElement('div');
  host.className = 'terminal-host';
  host.dataset.terminalId = String(number);
  document.body.append(host);
  const terminal = new Terminal({ cols: Number(cols), rows: Number(rows), fontSize: Number(font), lineHeight: 1.2, scrollback: 5000 });
  terminal.open(host);
  const socket = new WebSocket(`ws://${location.host}/?cols=${cols}&rows=${rows}`);
  socket.binaryType = 'arraybuffer';
  socket.addEventListener('message', ({ data }) => terminal.write(new Uint8Array(data)));
  terminal.onData((data) => socket.send(encoder.encode(data)));
  /** @param {number} index */
  const line = (index) => terminal.buffer.active.getLine(index)?.translateToString(true) ?? '';
  list.set(String(number), {
    text: () =>
      Array.from({ length: terminal.buffer.active.length }, (_, index) => line(index))
        .join('\n')
        .trimEnd(),
    onParsed: (listener) => {
      terminal.onWriteParsed(() => listener(line(terminal.buffer.active.baseY + terminal.buffer.active.cursorY)));
    },
  });
}
