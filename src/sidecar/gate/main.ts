/**
 * `gate.mjs serve CONFIG.json` listens until SIGTERM or the end of its standard input, and says so in one line of JSON. Further
 * lines tell of containers that take the place of services: `{"rebuilt":{"name":…,"id":…}}`.
 * `gate.mjs end CONFIG.json` removes all that the session has made, and says what is left.
 */
import { createInterface } from 'node:readline';
import { type LabService, readConfig } from './config.ts';
import { endSession } from './end-session.ts';
import { Gate } from './gate.ts';
import { GateSession } from './session.ts';

function say(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** A line of the core's: `{"services":[{"name":…,"id":…}]}`, containers that are the learner's from now on. */
function readServices(line: string): LabService[] {
  const { services = [] } = JSON.parse(line) as { services?: LabService[] };
  return services.filter(({ id }) => /^[0-9a-f]{64}$/.test(id));
}

async function serve(path: string): Promise<void> {
  const config = readConfig(path);
  const gate = new Gate(config);
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    void gate.close().finally(() => process.exit(0));
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  process.stdin.once('error', end);
  const lines = createInterface({ input: process.stdin });
  lines.once('close', end);
  await gate.open();
  lines.on('line', (line) => gate.session.share(readServices(line)));
  say({ listening: config.listenSocket, apiVersion: gate.session.facts.apiVersion });
  gate.session.onRebuilt = (rebuilt) => say({ rebuilt });
  for (const rebuilt of gate.session.rebuilt()) say({ rebuilt });
}

async function end(path: string): Promise<void> {
  const session = new GateSession(readConfig(path));
  await session.begin();
  say({ left: await endSession(session) });
  session.close();
}

const [command, path = ''] = process.argv.slice(2);
try {
  if (command === 'serve') await serve(path);
  else if (command === 'end') await end(path);
  else throw new Error('usage: gate.mjs serve|end CONFIG.json');
} catch (error) {
  say({ error: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
}
