import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { OpsLabError } from '../../shared/contract/errors.ts';

export const DEFAULT_PORT = 4777;

export interface WebOptions {
  readonly help: boolean;
  /** 0: any free one. */
  readonly port: number;
  /** Whether the port was asked for. */
  readonly exactPort: boolean;
  /** Absolute; null for the usual place. */
  readonly dataDirectory: string | null;
  /** Further folders with labs, absolute. */
  readonly labFolders: readonly string[];
  /** Whether to open the default browser. */
  readonly open: boolean;
}

export const HELP = `Usage: node out/main/web.js [options]

Serves Ops Lab to browsers on this machine. It prints one link; the link logs one browser in, once, within ten minutes.
Press Enter in its terminal, or send SIGUSR2, for another link. Ctrl-C ends it.

  --port N        Port on 127.0.0.1; 0 takes any free one. Default: ${DEFAULT_PORT}, or the next free one.
  --data-dir DIR  Where progress, history and recordings are kept. Default: $OPS_LAB_DATA_DIR, otherwise this system's
                  folder for such data.
  --labs DIR      A folder with further labs; may be repeated.
  --open          Open the default browser.
  --help          Show this.
`;

function readPort(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT;
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new OpsLabError('invalid', `--port takes a number from 0 to 65535, not "${text}".`);
}

/**
 * @param argv without the program's own name
 * @throws OpsLabError `invalid` for an unknown option or a wrong value
 */
export function readWebOptions(argv: readonly string[], environment: NodeJS.ProcessEnv): WebOptions {
  let values: { port?: string; 'data-dir'?: string; labs?: string[]; open?: boolean; help?: boolean };
  try {
    ({ values } = parseArgs({
      args: [...argv],
      options: {
        port: { type: 'string' },
        'data-dir': { type: 'string' },
        labs: { type: 'string', multiple: true },
        open: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }));
  } catch (error) {
    throw new OpsLabError('invalid', `${(error as Error).message.split('. ')[0]}. See --help.`);
  }
  const dataDirectory = values['data-dir'] ?? environment.OPS_LAB_DATA_DIR ?? '';
  return {
    help: values.help ?? false,
    port: readPort(values.port),
    exactPort: values.port !== undefined,
    dataDirectory: dataDirectory === '' ? null : resolve(dataDirectory),
    labFolders: (values.labs ?? []).map((folder) => resolve(folder)),
    open: values.open ?? false,
  };
}
