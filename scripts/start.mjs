// npm start: from a fresh clone to the running app.
import { join } from 'node:path';
import { hasDisplay, obtainElectron } from './lib/electron.mjs';
import { interrupted } from './lib/interrupt.mjs';
import { ENDS_WITH_US, runInForeground } from './lib/launch.mjs';
import { helpText, hostArguments, parseOptions, parsePort } from './lib/options.mjs';
import { callerDirectory, OUT, ROOT } from './lib/paths.mjs';
import { runMain, StepError, say } from './lib/say.mjs';
import { setUp } from './lib/setup.mjs';

/** @type {Record<string, import('./lib/options.mjs').OptionSpec>} */
const OPTIONS = {
  host: {
    type: 'string',
    value: 'electron|web',
    choices: ['electron', 'web'],
    help: 'Where to show the app. Default: Electron if its binary can be had and there is a display, otherwise the browser.',
  },
  port: { type: 'string', value: 'N', help: 'Port of the web host on 127.0.0.1. Default: 4777, or the next free one.' },
  'data-dir': {
    type: 'string',
    value: 'DIR',
    help: 'Where progress, history and recordings are kept. Default: $OPS_LAB_DATA_DIR, otherwise the folder for data of this system.',
  },
  labs: { type: 'string', value: 'DIR', multiple: true, help: 'A folder with further labs; may be repeated.' },
};

/** A crash so soon after the start is Electron's, not the person's: the web host takes over. */
const EARLY_MS = 8_000;

/**
 * @param {string} node
 * @param {'electron' | 'web' | undefined} wanted
 * @param {boolean} webOnly whether an option was given that only the web host has
 * @returns {Promise<string | undefined>} path of the Electron binary, or undefined for the web host
 */
async function chooseElectron(node, wanted, webOnly) {
  if (wanted === 'web' || (wanted === undefined && webOnly)) return undefined;
  const todo = 'Start it in the browser: npm start -- --host web';
  if (!hasDisplay()) {
    if (wanted === 'electron') throw new StepError('Electron needs a display, and neither DISPLAY nor WAYLAND_DISPLAY is set', { todo });
    return undefined;
  }
  if (process.platform === 'linux' && process.getuid?.() === 0) {
    if (wanted === 'electron') throw new StepError('Electron does not run as root with its sandbox on', { todo });
    say('starting the web host, since Electron does not run as root with its sandbox on');
    return undefined;
  }
  const result = await obtainElectron(node, { force: wanted === 'electron' });
  if ('binary' in result) return result.binary;
  if (wanted === 'electron') throw new StepError(`Electron cannot be started: ${result.reason}`, { todo });
  say(`starting the web host instead of Electron: ${result.reason}`);
  return undefined;
}

async function main() {
  const options = parseOptions(process.argv.slice(2), OPTIONS);
  if (options.help) {
    process.stdout.write(helpText('npm start -- [options]', 'Sets up what is missing and starts Ops Lab. Ctrl-C ends it.', OPTIONS));
    return 0;
  }
  const port = parsePort(options.port);
  const host = /** @type {'electron' | 'web' | undefined} */ (options.host);
  const shared = hostArguments(options, callerDirectory());
  const node = await setUp();
  const electron = await chooseElectron(node, host, port !== undefined);
  if (electron !== undefined) {
    say('Ops Lab is opening in its own window');
    const started = Date.now();
    const code = await runInForeground(electron, [join(OUT, 'main/index.js'), ...shared], { cwd: ROOT });
    if (code === 0 || interrupted.aborted || host === 'electron' || Date.now() - started > EARLY_MS) return code;
    say(`Electron ended with code ${code} right away; starting the web host instead`);
  }
  const args = [join(OUT, 'main/web.js'), ...shared];
  if (port !== undefined) args.push('--port', String(port));
  if (hasDisplay()) args.push('--open');
  return runInForeground(node, [...ENDS_WITH_US, ...args], { cwd: ROOT });
}

await runMain(main);
