// Asks for a port as the renderer does; the test calls it.
window.askPort = (kind, terminalId) =>
  new Promise((resolve, reject) => {
    const nonce = crypto.randomUUID();
    const timer = setTimeout(() => reject(new Error('no port came')), 500);
    window.addEventListener('message', (event) => {
      if (event.source !== window || event.data?.type !== 'ops-lab:port' || event.data.nonce !== nonce) return;
      clearTimeout(timer);
      resolve(event.ports[0]);
    });
    window.opsLab.requestPort(kind, terminalId, nonce);
  });
window.nextMessage = (port) =>
  new Promise((resolve) => {
    port.onmessage = ({ data }) => resolve(typeof data === 'string' ? data : [...data]);
  });
