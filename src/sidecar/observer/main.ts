/**
 * The observer: measures the services of a session from outside the learner's reach. One self-contained program for both
 * runtimes. The job comes as the first line of stdin, or after `--job` where nobody holds a stdin open; see protocol.ts.
 */
import { pathToFileURL } from 'node:url';
import type { ProbeContext } from '../probe-script.ts';
import { readLines } from './lines.ts';
import { load, loadForever, Starved } from './load.ts';
import { type Ask, GaveUp, makeProbeContext, urlOf } from './probe-context.ts';
import { readProcfs } from './procfs.ts';
import { runProgram } from './program.ts';
import type { HostLine, ObserverJob, ObserverLine } from './protocol.ts';

// Whatever a probe prints is for its author's eyes; stdout belongs to the protocol.
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write;
const say = (line: ObserverLine): Promise<void> => new Promise((resolve) => write(`${JSON.stringify(line)}\n`, () => resolve()));

process.stdout.on('error', () => process.exit(0));

const ending = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => ending.abort());

const waiting = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>();
let calls = 0;

const ask: Ask = (call, service) =>
  new Promise((resolve, reject) => {
    const id = ++calls;
    waiting.set(id, { resolve, reject });
    void say({ call, service, id });
  });

function hear(line: HostLine): void {
  const caller = waiting.get(line.id);
  waiting.delete(line.id);
  if ('failure' in line) caller?.reject(new GaveUp(line.failure));
  else caller?.resolve(line.answer);
}

async function runScript(job: Extract<ObserverJob, { op: 'script' }>): Promise<Record<string, number>> {
  const module = (await import(pathToFileURL(job.script).href)) as { default?: (probe: ProbeContext) => Promise<unknown> };
  if (typeof module.default !== 'function') throw new Error('the probe has no default export that is a function');
  return toFigures(await module.default(makeProbeContext(job.args, job.addresses, ask)));
}

function toFigures(figures: unknown): Record<string, number> {
  if (typeof figures !== 'object' || figures === null) throw new Error('the probe returned no figures');
  const result: Record<string, number> = {};
  for (const [name, value] of Object.entries(figures)) {
    const number = typeof value === 'boolean' ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isFinite(number)) throw new Error(`the figure ${name} is ${String(value)}, not a number`);
    result[name] = number;
  }
  return result;
}

async function run(job: ObserverJob): Promise<unknown> {
  switch (job.op) {
    case 'http-load':
      return await load(`${urlOf(job.addresses, job.service, job.port)}${job.path}`, job);
    case 'script':
      return await runScript(job);
    case 'exec':
      return toFigures(await runProgram(job.argv));
    case 'procfs':
      return readProcfs();
    case 'load-forever':
      await Promise.all(
        job.loads.map(({ service, port, path, rate, timeoutMs }) =>
          loadForever(`${urlOf(job.addresses, service, port)}${path}`, rate, timeoutMs, ending.signal),
        ),
      );
      return {};
  }
}

async function work(job: ObserverJob): Promise<void> {
  try {
    await say({ result: await run(job) });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const code = error instanceof GaveUp || error instanceof Starved ? 'could-not-check' : 'script-failed';
    await say({ error: { code, reason } });
  }
  // Sockets of a probe that nobody waits for any more must not keep it alive.
  process.exit(0);
}

/** One look for each line, until the host lets go: starting a program for each would cost far more than looking. */
function look(): void {
  try {
    void say({ result: readProcfs() });
  } catch (error) {
    void say({ error: { code: 'could-not-check', reason: error instanceof Error ? error.message : String(error) } });
  }
}

const given = process.argv.indexOf('--job');
if (given > 0) {
  void work(JSON.parse(process.argv[given + 1] ?? '') as ObserverJob);
} else {
  let begun = false;
  let looking = false;
  readLines(
    process.stdin,
    (line) => {
      if (line.trim() === '') return;
      if (looking) return look();
      if (begun) return hear(JSON.parse(line) as HostLine);
      begun = true;
      const job = JSON.parse(line) as ObserverJob;
      looking = job.op === 'procfs';
      if (looking) look();
      else void work(job);
    },
    // Without a host there is nobody to answer to.
    () => process.exit(0),
  );
}
