/**
 * Restarts the ticker five times under traffic. The ticker closes its connections first, so the kernel remembers them; a
 * new process must listen all the same.
 *
 * A restart that was late is noted in the pipeline, out of reach. When the ticker is back, it is left alone for a while and
 * the figure says how long it was away at most; later, or when it has been restarted, it is tried anew.
 */
import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { allowedMs, delivery, Program } from './kernel.mjs';

const CYCLES = 5;
const CALLS = 6;
/** Longer than a few rounds of checks on a busy machine. A restart in the meantime ends it. */
const LEFT_ALONE_MS = 45_000;
/** Time for the ticker to accept and read a request. */
const TAKEN_UP_MS = 100;

export default async function tickerCycles(probe) {
  await perlIsHere(probe);
  await delivery(probe);
  const ticker = new Program(probe, 'ticker', 7070);
  const figures = {
    down: 0,
    downS: 0,
    uncontrolled: 0,
    late: 0,
    slowestMs: 0,
    cut: 0,
    wrong: 0,
    survivors: 0,
    shared: 0,
    same: 0,
    forgotten: 0,
    tookS: 0,
    cycles: 0,
  };
  const note = await readNote(probe);
  const allowed = await allowedMs();

  if ((await ticker.watch((found) => found.length > 0, note.since ? 0 : allowed)).length === 0) {
    return { ...figures, down: 1, downS: note.since ? Math.round((Date.now() - note.since) / 1000) : 0 };
  }
  if (note.since) {
    const pid = (await ticker.listeners())[0]?.pid ?? 0;
    const back = note.back ?? Date.now();
    if (Date.now() - back < LEFT_ALONE_MS && pid === (note.pid ?? pid)) {
      await writeNote(probe, { ...note, back, pid });
      const answer = await call(ticker, '/quote/7');
      return { ...figures, tookS: Math.max(1, Math.round((back - note.since) / 1000)), wrong: answer.body === '7 359\n' ? 0 : 1 };
    }
    await writeNote(probe, {});
  }
  while (figures.cycles < CYCLES && (await restartOnce(probe, ticker, allowed, figures)));
  return figures;
}

async function restartOnce(probe, ticker, allowed, figures) {
  await callers(probe, ticker, figures);
  const before = (await ticker.listeners()).map(({ pid }) => pid);
  // One caller is being served at the moment of the restart: the kernel closes this connection for the process.
  const caller = connectTo(ticker).on('error', () => {});
  caller.write('GET /quote/1 HTTP/1.0\r\n');
  await probe.sleep(TAKEN_UP_MS);
  const stopped = Date.now();
  if (!(await ticker.ask('stop'))) {
    figures.uncontrolled += 1;
    caller.destroy();
    return false;
  }
  figures.survivors += (await ticker.watch((found) => found.length === 0, 300)).length;
  caller.destroy();
  await ticker.ask('start');
  const ms = await ticker.answersWithin(allowed, async () => (await call(ticker, '/quote/7')).body === '7 359\n');
  figures.slowestMs = Math.max(figures.slowestMs, ms ?? allowed);
  figures.cycles += 1;
  if (ms === null) {
    figures.late += 1;
    await writeNote(probe, { since: stopped });
    return false;
  }
  const after = await ticker.listeners();
  if (after.length > 1) figures.shared += 1;
  if (after.some(({ pid }) => before.includes(pid))) figures.same += 1;
  if ((await ticker.remembered()) === 0) figures.forgotten += 1;
  return figures.survivors + figures.shared + figures.same === 0;
}

/** Calls with random questions, and one caller who reads late: all must get the whole answer and a proper end. */
async function callers(probe, ticker, figures) {
  for (let i = 0; i < CALLS; i += 1) {
    const n = probe.randomInteger(1, 999_999);
    const answer = await call(ticker, `/quote/${n}`);
    if (answer.error !== '') figures.cut += 1;
    else if (answer.body !== `${n} ${((n * 37) % 1000) + 100}\n`) figures.wrong += 1;
  }
  const slow = await call(ticker, '/history', 150);
  if (slow.error !== '' || slow.body.split('\n').length !== 60_001) figures.cut += 1;
}

/** @param readLateMs the caller begins to read only then. @returns the body; `error` when the connection was reset or nothing came */
function call(ticker, path, readLateMs = 0) {
  return new Promise((resolve) => {
    const chunks = [];
    const socket = connectTo(ticker);
    const done = (error) => {
      socket.destroy();
      const text = Buffer.concat(chunks).toString();
      resolve({ error, body: text.slice(text.indexOf('\r\n\r\n') + 4) });
    };
    socket.setTimeout(5000, () => done('TIMEOUT'));
    socket.on('error', (error) => done(error.code ?? 'ERROR'));
    socket.on('end', () => done(chunks.length === 0 ? 'EMPTY' : ''));
    socket.write(`GET ${path} HTTP/1.0\r\n\r\n`);
    setTimeout(() => socket.on('data', (chunk) => chunks.push(chunk)), readLateMs);
  });
}

function connectTo({ url }) {
  const { hostname, port } = new URL(url);
  return connect(Number(port), hostname);
}

async function perlIsHere(probe) {
  const error = await new Promise((resolve) => execFile('perl', ['-MSocket', '-e', '0'], { timeout: 20_000 }, (failed) => resolve(failed)));
  if (error)
    probe.giveUp('This machine has no perl with its Socket module, in which the ticker is written. Install perl, then check again.');
}

async function readNote(probe) {
  const answer = await probe.request(`${probe.url('pipeline', 9100)}/note/ticker`, { timeoutMs: 5000 });
  if (answer.status !== 200) probe.giveUp('The pipeline, which keeps the notes of this check, did not answer.');
  return JSON.parse(answer.body);
}

async function writeNote(probe, note) {
  await probe.request(`${probe.url('pipeline', 9100)}/note/ticker`, { method: 'PUT', body: JSON.stringify(note), timeoutMs: 5000 });
}
