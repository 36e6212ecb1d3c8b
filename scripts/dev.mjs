// npm run dev: the app from its sources, with hot reload.
import { join } from 'node:path';
import { hasDisplay, obtainElectron } from './lib/electron.mjs';
import { runInForeground } from './lib/launch.mjs';
import { helpText, hostArguments, parseOptions, parsePort } from './lib/options.mjs';
import { callerDirectory, ROOT } from './lib/paths.mjs';
import { runMain, say } from './lib/say.mjs';
import { setUp } from './lib/setup.mjs';

/** @type {Record<string, import('./lib/options.mjs').OptionSpec>} */
const OPTIONS = {
  host: { type: 'string', value: 'electron|web', choices: ['electron', 'web'], help: 'Default: web, which needs no Electron binary.' },
  port: { type: 'string', value: 'N', help: 'Port of the web host. Default: 5170, so that the page survives a restart of the host.' },
  'data-dir': { type: 'string', value: 'DIR', help: 'Default: .tools/dev-data in this clone, so that your own progress stays out of it.' },
  labs: { type: 'string', value: 'DIR', multiple: true, help: 'A folder with further labs; may be repeated.' },
};

await runMain(async () => {
  const options = parseOptions(process.argv.slice(2), OPTIONS);
  if (options.help) {
    const about = 'In the browser the page reloads hot; what runs in the host is built again and the host restarted. Ctrl-C ends it.';
    process.stdout.write(helpText('npm run dev -- [options]', about, OPTIONS));
    return 0;
  }
  const hostArgs = hostArguments(
    { ...options, 'data-dir': options['data-dir'] ?? (process.env.OPS_LAB_DATA_DIR || join(ROOT, '.tools/dev-data')) },
    callerDirectory(),
  );
  const port = parsePort(options.port) ?? 5170;
  const node = await setUp({ build: false });
  let binary = '';
  if (options.host === 'electron') {
    const result = await obtainElectron(node, { force: true });
    if ('binary' in result) binary = result.binary;
    else say(`using the web host: Electron cannot be started: ${result.reason}`);
  }
  if (binary === '') hostArgs.push('--port', String(port), ...(hasDisplay() ? ['--open'] : []));
  return runInForeground(node, [join(ROOT, 'scripts/lib/dev-server.mjs'), binary, ...hostArgs], { cwd: ROOT });
});
