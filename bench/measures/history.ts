/** The command history at a million rows, through the core's store; the floor is plain SQLite with the same settings. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { newId, openStore, type Store } from '../../src/main/core/store/store.ts';
import type { Cleanup } from '../lib/cleanup.ts';
import type { Bench, Measurement } from '../lib/context.ts';
import { median, percentile } from '../lib/stats.ts';

const PROGRAMS = [
  'ls -la',
  'ps aux',
  'ss -tanp',
  'strace -f -p',
  'lsof -p',
  'curl -s',
  'docker logs',
  'grep -rn',
  'cat',
  'vim',
  'kill -TERM',
];
const PLACES = ['/lab', '/lab/log', '/var/log', '/etc', '/proc/self', '/tmp', '/usr/share/doc'];
/** From common to rare, a prefix, two words, and nothing, which is the newest page. */
const QUERIES = ['docker', 'strace', 'order-77', 'tanp', 'needle', 'log grep', 'vim etc', ''];

function commandNumber(index: number): string {
  const rare = index % 9_973 === 0 ? ' needle' : '';
  return `${PROGRAMS[index % PROGRAMS.length]} ${PLACES[index % PLACES.length]}/order-${index % 1_000}${rare}`;
}

/** One learner with one session. */
function openFilled(rows: number, cleanup: Cleanup): { store: Store; sessionId: string; learnerId: string; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'ops-lab-bench-history-'));
  cleanup.add(folder, () => rmSync(folder, { recursive: true, force: true }));
  const store = openStore(join(folder, 'ops-lab.sqlite'));
  cleanup.add('the store', () => store.close());
  const [learnerId, sessionId] = [newId(), newId()];
  store.learners.add({ id: learnerId, name: 'bench', createdAt: Date.now() });
  store.sessions.add({
    id: sessionId,
    learnerId,
    labId: 'bench',
    labTitle: 'Bench',
    runtime: 'shell',
    startedAt: Date.now(),
    folder: '',
    points: 0,
  });
  for (let from = 0; from < rows; from += 10_000) {
    store.transaction(() => {
      for (let index = from; index < Math.min(rows, from + 10_000); index++) store.commands.add(newCommand(sessionId, index));
    });
  }
  return { store, sessionId, learnerId, folder };
}

function newCommand(sessionId: string, index: number) {
  return {
    uid: newId(),
    sessionId,
    terminal: 'shell',
    command: commandNumber(index),
    directory: '/lab',
    exitCode: index % 5 === 0 ? 1 : 0,
    startedAt: index,
    durationMs: 12,
  };
}

function time(work: () => void): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

async function measure({ cleanup, quick, say }: Bench) {
  const rows = quick ? 100_000 : 1_000_000;
  const { store, sessionId, learnerId, folder } = openFilled(rows, cleanup);
  say(`${rows} rows are in`);

  // The same row and the same words, with nothing of ours around them.
  const plain = new Database(join(folder, 'plain.sqlite'));
  cleanup.add('the plain database', () => plain.close());
  plain.pragma('journal_mode = WAL');
  plain.pragma('synchronous = NORMAL');
  plain.exec('CREATE TABLE commands (id INTEGER PRIMARY KEY, uid TEXT UNIQUE, session TEXT, command TEXT, started INTEGER)');
  const insertPlain = plain.prepare('INSERT INTO commands (uid, session, command, started) VALUES (?, ?, ?, ?)');

  const reader = new Database(store.file, { readonly: true });
  cleanup.add('the reader', () => reader.close());
  const matching = reader.prepare('SELECT rowid FROM commands_text WHERE commands_text MATCH ? ORDER BY rowid DESC LIMIT 50');
  const newest = reader.prepare('SELECT * FROM commands ORDER BY id DESC LIMIT 50');

  const inserts: number[] = [];
  const insertFloors: number[] = [];
  const searches: number[] = [];
  const searchFloors: number[] = [];
  const rounds = quick ? 10 : 40;
  for (let round = 0; round < rounds; round++) {
    for (let number = 0; number < 250; number++) {
      const command = newCommand(sessionId, rows + round * 250 + number);
      insertFloors.push(time(() => insertPlain.run(command.uid, sessionId, command.command, command.startedAt)));
      inserts.push(time(() => store.commands.add(command)));
    }
    for (const text of QUERIES) {
      const words = text.split(' ').map((word) => `"${word}"*`);
      searchFloors.push(time(() => (text === '' ? newest.all() : matching.all(words.join(' ')))));
      searches.push(time(() => store.commands.search({ learnerId, text, failedOnly: false, limit: 50 })));
    }
  }
  return [
    {
      name: 'history_insert_p99',
      unit: 'ms',
      value: percentile(inserts, 0.99),
      floor: percentile(insertFloors, 0.99),
      limits: { atMost: 2 },
    },
    { name: 'history_search_p50', unit: 'ms', value: median(searches), floor: median(searchFloors), limits: { atMost: 1 } },
  ];
}

export const history: Measurement = { names: ['history_insert_p99', 'history_search_p50'], measure };
