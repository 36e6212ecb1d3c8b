/**
 * What runs in a page. Two scripts at the start of each document: one in the page's own world, one in a world of its own as
 * Electron has it for a preload script. The worlds share the DOM and nothing else; they speak by events with JSON in them.
 */

/** Name of the preload's world, and of the function by which it calls this process. */
export const WORLD = 'electron-isolated-context';
export const BINDING = '__standInSend';

/** Makes in the page's world what `contextBridge.exposeInMainWorld` was given in the other: frozen functions. */
export const MAIN_WORLD = `(() => {
  if (window.parent !== window) return;
  // The stand-in's own ends of ports need this event, so Chromium has it switched on; a page in Electron does not have it.
  delete MessagePort.prototype.onclose;
  const { addEventListener } = EventTarget.prototype;
  MessagePort.prototype.addEventListener = function (type, ...rest) {
    if (type !== 'close') addEventListener.call(this, type, ...rest);
  };
  window.addEventListener('stand-in:expose', (event) => {
    const { key, names } = JSON.parse(event.detail);
    const api = {};
    for (const name of names) {
      api[name] = (...args) => {
        window.dispatchEvent(new CustomEvent('stand-in:call', { detail: JSON.stringify({ key, name, args }) }));
      };
    }
    Object.defineProperty(window, key, { value: Object.freeze(api), enumerable: true });
  });
})();`;

/** The preload's world: \`electron\` as a sandboxed preload sees it, then the built preload itself. Main frames only. */
export function isolatedWorld(preload: string, preloadOrigin: string, pageOrigin: string): string {
  return `(() => {
  if (window.parent !== window) return;
  const send = globalThis.${BINDING};
  delete globalThis.${BINDING};
  const listeners = new Map();
  const exposed = new Map();
  const ports = new Map();

  const encode = (value) => {
    if (typeof value === 'string') return 's' + value;
    if (value instanceof ArrayBuffer) return 'b' + new Uint8Array(value).toBase64();
    if (value instanceof Uint8Array) return 'u' + value.toBase64();
    return 'j' + JSON.stringify(value);
  };
  const decode = (text) => {
    const rest = text.slice(1);
    if (text[0] === 's') return rest;
    if (text[0] === 'j') return JSON.parse(rest);
    const bytes = Uint8Array.fromBase64(rest);
    return text[0] === 'b' ? bytes.buffer : bytes;
  };
  const receive = {
    message({ channel, args, portIds }) {
      const passed = portIds.map((id) => {
        const channel = new MessageChannel();
        ports.set(id, channel.port1);
        channel.port1.onmessage = (event) => send(JSON.stringify({ op: 'port', id, data: encode(event.data) }));
        channel.port1.addEventListener('close', () => {
          if (ports.delete(id)) send(JSON.stringify({ op: 'close', id }));
        });
        return channel.port2;
      });
      for (const listener of listeners.get(channel) ?? []) listener({ ports: passed }, ...args);
    },
    port: ({ id, data }) => ports.get(id)?.postMessage(decode(data)),
    close({ id }) {
      ports.get(id)?.close();
      ports.delete(id);
    },
  };
  globalThis.__standInReceive = (message) => receive[message.op](message);

  window.addEventListener('stand-in:call', (event) => {
    const { key, name, args } = JSON.parse(event.detail);
    exposed.get(key)?.[name](...args);
  });
  const electron = {
    contextBridge: {
      exposeInMainWorld(key, api) {
        if (exposed.has(key)) throw new Error('Cannot bind an API on top of an existing property on the window object');
        exposed.set(key, api);
        window.dispatchEvent(new CustomEvent('stand-in:expose', { detail: JSON.stringify({ key, names: Object.keys(api) }) }));
      },
    },
    ipcRenderer: {
      on: (channel, listener) => listeners.set(channel, [...(listeners.get(channel) ?? []), listener]),
      send: (channel, ...args) => send(JSON.stringify({ op: 'ipc', channel, args })),
    },
  };
  const require = (name) => {
    if (name === 'electron') return electron;
    throw new Error('module not found: ' + name + ' (a sandboxed preload has electron and few more)');
  };
  // The preload names the host's origin; this page shows it under another name (see url-map.ts).
  const page = new Proxy(window, {
    get(target, property) {
      if (property === 'postMessage') {
        return (message, origin, transfer) => {
          target.postMessage(message, origin === ${JSON.stringify(preloadOrigin)} ? ${JSON.stringify(pageOrigin)} : origin, transfer);
        };
      }
      const value = Reflect.get(target, property, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  ((require, window, exports, module, process) => {
${preload}
  })(require, page, {}, { exports: {} }, { env: {}, platform: ${JSON.stringify(process.platform)} });
})();`;
}
