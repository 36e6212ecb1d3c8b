// Run by dev.mjs under a current Node: `dev-server.mjs ELECTRON-OR-EMPTY HOST-ARGUMENTS...`
// Not `electron-vite dev`: that needs the Electron binary and starts the next process before the last one has closed its data.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { build, createServer } from 'vite';
import { appConfig } from './app-config.mjs';
import { ENDS_WITH_US } from './launch.mjs';
import { ROOT } from './paths.mjs';
import { sidecarConfig, sidecarNames } from './sidecars.mjs';

const [electron = '', ...hostArgs] = process.argv.slice(2);
const OUT_DEV = join(ROOT, 'out-dev');

const config = await appConfig('serve', { watch: {}, outDir: OUT_DEV, sourcemap: true });

/** @param {number} wanted @returns {Promise<number>} that port, or a free one */
function freePort(wanted) {
  return new Promise((resolve, reject) => {
    const probe = createTcpServer();
    probe.on('error', () => (wanted === 0 ? reject(new Error('no port is free')) : resolve(freePort(0))));
    probe.listen(wanted, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (probe.address());
      probe.close(() => resolve(port));
    });
  });
}

/**
 * The page comes through the web host (OPS_LAB_RENDERER_URL); only its line for hot reload goes straight to this server.
 * @param {import('vite').InlineConfig} renderer
 */
async function serveRenderer(renderer) {
  const port = await freePort(5171);
  const server = await createServer({
    ...renderer,
    server: { host: '127.0.0.1', port, strictPort: true, hmr: { clientPort: port } },
  });
  await server.listen();
  console.log(`dev: the page is made by vite on port ${port}; open the link of the host`);
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}

// Electron's page comes from its own protocol, whose policy lets nothing in from a server: there it is built like the rest.
const page = electron === '' ? await serveRenderer(config.renderer) : undefined;

/** @type {import('node:child_process').ChildProcess | undefined} */
let host;
let ending = false;
/** @type {Promise<void>} */
let turn = Promise.resolve();

async function stopHost() {
  if (host === undefined || host.exitCode !== null || host.signalCode !== null) return;
  host.kill('SIGTERM');
  await once(host, 'exit');
}

function startHost() {
  const env = { ...process.env, ...(page === undefined ? {} : { OPS_LAB_RENDERER_URL: page.url }) };
  const [file, args] =
    electron === '' ? [process.execPath, [...ENDS_WITH_US, join(OUT_DEV, 'main/web.js')]] : [electron, [join(OUT_DEV, 'main/index.js')]];
  const child = spawn(file, [...args, ...hostArgs], { cwd: ROOT, env, stdio: ['pipe', 'inherit', 'inherit'] });
  host = child;
  child.on('exit', (code) => {
    if (!ending && host === child && code !== 0) console.log(`dev: the host ended with code ${code}; it starts again with the next change`);
  });
}

/** One restart after another; several changes that come while one runs make one more. */
let queued = false;
function restart() {
  if (queued || ending) return;
  queued = true;
  turn = turn.then(async () => {
    queued = false;
    await stopHost();
    if (!ending) startHost();
  });
}

/** @param {import('vite').InlineConfig} watched @returns {Promise<() => Promise<void>>} closes the watcher */
async function watchBuild(watched) {
  const watcher = await build(watched);
  if (!('on' in watcher)) throw new Error('vite did not watch');
  await new Promise((resolve) => {
    let first = true;
    watcher.on('event', (event) => {
      if (event.code === 'ERROR') console.error(event.error.message);
      if (event.code !== 'END' && event.code !== 'ERROR') return;
      if (first) resolve(undefined);
      else restart();
      first = false;
    });
  });
  return () => watcher.close();
}

const sidecars = sidecarNames().map((name) => {
  const sidecar = sidecarConfig(name, join(OUT_DEV, 'sidecar'));
  return { ...sidecar, build: { ...sidecar.build, watch: {} } };
});
/** @type {(() => Promise<void>)[]} */
const closers = [];
const watchedConfigs = [config.main, config.preload, ...sidecars, ...(page === undefined ? [config.renderer] : [])];
for (const watched of watchedConfigs) closers.push(await watchBuild(watched));
restart();

async function end() {
  if (ending) return;
  ending = true;
  await turn;
  await stopHost();
  await Promise.all(closers.map((close) => close()));
  await page?.close();
  process.exit(0);
}
process.on('SIGINT', end);
process.on('SIGTERM', end);
process.stdin.on('end', end).resume();
