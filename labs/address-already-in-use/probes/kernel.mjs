/** What the probes of this lab share: the kernel's view of one program, and restarts through the manager. */
import { execFile } from 'node:child_process';

/** Starts may take a second; on a busy machine as much longer as everything there takes longer. */
const ALLOWED_MS = 1000;
const EMPTY_STARTS = 8;

export class Program {
  /** @param name as the manager knows it */
  constructor(probe, name, port) {
    this.probe = probe;
    this.name = name;
    this.url = probe.url('apps', port);
    /** As compose.yaml and the list of sockets have it; the one in the address may be another. */
    this.port = port;
  }

  /** One for each listening socket; its pid is 0 when nobody can be seen to hold it. */
  async listeners() {
    const sockets = await this.probe.sockets('apps');
    return sockets.filter(({ state, localPort }) => state === 'LISTEN' && localPort === this.port);
  }

  /** Connections that are over for their process, and not yet for the kernel. */
  async remembered() {
    const sockets = await this.probe.sockets('apps');
    return sockets.filter(({ state, localPort }) => localPort === this.port && /^(TIME_WAIT|FIN_WAIT[12])$/.test(state)).length;
  }

  /** @returns whether the manager did it */
  async ask(action, query = '') {
    const manager = this.probe.url('apps', 9000);
    const answer = await this.probe.request(`${manager}/${this.name}/${action}${query}`, { method: 'POST', timeoutMs: 10_000 });
    return answer.status === 200;
  }

  /** Looks until `isThere(listeners)` or the time is over. @returns the listeners seen last */
  async watch(isThere, ms) {
    const end = Date.now() + ms;
    for (;;) {
      const found = await this.listeners();
      if (isThere(found) || Date.now() >= end) return found;
      await this.probe.sleep(50);
    }
  }

  /** Asks until an answer is good. @returns milliseconds, or null after `ms` */
  async answersWithin(ms, isGood) {
    const began = Date.now();
    while (Date.now() - began <= ms) {
      if (await isGood()) return Date.now() - began;
      await this.probe.sleep(25);
    }
    return null;
  }
}

/** How long a program may take to listen, now, on this machine, in milliseconds. */
export async function allowedMs() {
  const began = Date.now();
  await new Promise((resolve) => execFile(process.execPath, ['-e', '0'], { timeout: 20_000 }, resolve));
  return Math.max(ALLOWED_MS, EMPTY_STARTS * (Date.now() - began));
}

/** What the pipeline delivered to api-1. */
export async function delivery(probe) {
  const pipeline = probe.url('pipeline', 9100);
  let delivered = null;
  await probe.waitFor(
    'the pipeline has not delivered its release',
    async () => {
      const answer = await probe.request(pipeline, { timeoutMs: 2000 });
      if (answer.status === 200) delivered = JSON.parse(answer.body);
      return delivered !== null;
    },
    20_000,
  );
  return delivered;
}

/** The right answer to a random question, of this release? */
export async function tollIsRight(probe, url, release) {
  const km = probe.randomInteger(1, 900);
  const axles = probe.randomInteger(2, 6);
  const answer = await probe.request(`${url}/toll?km=${km}&axles=${axles}`, { timeoutMs: 2000 });
  try {
    const body = JSON.parse(answer.body);
    return { answered: true, release: body.release === release, right: body.cents === km * (8 + 3 * axles) };
  } catch {
    return { answered: false, release: false, right: false };
  }
}
