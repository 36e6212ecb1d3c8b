// Run by dev.mjs under a current Node: `dev-server.mjs ELECTRON-OR-EMPTY HOST-ARGUMENTS...`
// Not `electron-vite dev`: that needs the Electron binary and starts the next process before the last one has closed its data.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { resolveConfig } from 'electron-vite';
import { build, createServer } from 'vite';
import { ENDS_WITH_US } from './launch.mjs';
import { ROOT } from './paths.mjs';
import { sidecarConfig, sidecarNames } from './sidecars.mjs';

const [electron = '', ...hostArgs] = process.argv.slice(2);
const OUT_DEV = join(ROOT, 'out-dev');
const watch = { watch: {}, outDir: OUT_DEV, sourcemap: true };

const { config } = await resolveConfig({ build: watch, logLevel: 'warn' }, 'serve', 'development');
if (config?.main === undefined || config.preload === undefined || config.renderer === undefined)
  throw new Error('electron.vite.config.ts is not complete');

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

const rendererPort = await freePort(5171);
// The page comes through the web host (OPS_LAB_RENDERER_URL); only its line for hot reload goes straight to this server.
const server = await createServer({
  ...config.renderer,
  configFile: false,
  server: { host: '127.0.0.1', port: rendererPort, strictPort: true, hmr: { clientPort: rendererPort } },
});
await server.listen();
const rendererUrl = server.resolvedUrls?.local[0] ?? '';
console.log(`dev: renderer at ${rendererUrl}`);

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
  const env = { ...process.env, OPS_LAB_RENDERER_URL: rendererUrl, ELECTRON_RENDERER_URL: rendererUrl };
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
for (const watched of [config.main, config.preload, ...sidecars]) closers.push(await watchBuild({ ...watched, configFile: false }));
restart();

async function end() {
  if (ending) return;
  ending = true;
  await turn;
  await stopHost();
  await Promise.all(closers.map((close) => close()));
  await server.close();
  process.exit(0);
}
process.on('SIGINT', end);
process.on('SIGTERM', end);
process.stdin.on('end', end).resume();
