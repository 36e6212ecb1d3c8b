/** Test support: the web host as a process of its own, around the test core. Arguments: those of the host, then the page's folder. */
import { readWebOptions } from '../main/web/options.ts';
import { runWebHost } from '../main/web/run.ts';
import { createTestCore } from './test-core.ts';

const pageFolder = process.argv.at(-1) ?? '';
const options = readWebOptions(process.argv.slice(2, -1), process.env);
const dataDirectory = options.dataDirectory ?? '';
const core = createTestCore(dataDirectory);
const { port, exactPort, open } = options;
process.exit(await runWebHost(core, { dataDirectory, usualDataDirectory: dataDirectory, pageFolder, port, exactPort, open }));
