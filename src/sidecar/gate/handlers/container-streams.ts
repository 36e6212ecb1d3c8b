/** What comes out of a container while it runs: logs, figures, its end, its files, its own input and output. */
import { listOf, pick } from '../answers/scrub.ts';
import type { GateHandler } from '../gate.ts';
import { insidePath } from '../policy/mounts.ts';
import type { Query } from '../policy/query.ts';
import { bad, denied, limited, Refusal } from '../refusal.ts';
import { hijack } from '../streams/hijack.ts';
import { openStream, relayBytes, relayLines } from '../streams/relay.ts';
import { coalesced } from './coalesced.ts';
import { pathStat } from './inner-paths.ts';

const RAW = 'application/vnd.docker.raw-stream';
const COLUMNS =
  'pid,ppid,user,uid,args,cmd,command,comm,stat,s,etime,time,pcpu,pmem,%cpu,%mem,rss,vsz,nlwp,tty,tname,wchan,start,lstart,ni,pri,psr,c'.split(
    ',',
  );

const FLAGS = ['stdout', 'stderr', 'timestamps', 'details', 'follow'] as const;

export const logs: GateHandler = async (request) => {
  const { session, subject, query } = request;
  const row = session.context.container(subject);
  const wanted = Object.fromEntries(FLAGS.filter((name) => query.flag(name)).map((name) => [name, 1]));
  const times = Object.fromEntries(
    (['since', 'until', 'tail'] as const).flatMap((name) => (query.text(name) === '' ? [] : [[name, query.text(name)]])),
  );
  const stream = await openStream(request, { method: 'GET', path: `/containers/${row.id}/logs`, query: { ...wanted, ...times } });
  const type = String(stream.headers['content-type'] ?? '');
  await relayBytes(request, stream, /^application\/vnd\.docker\.[a-z.-]+$/.test(type) ? type : RAW);
};

export const stats: GateHandler = async (request) => {
  const { session, subject, query } = request;
  const row = session.context.container(subject);
  const stream = query.flag('stream', true);
  const once = query.flag('one-shot') && !stream ? { 'one-shot': 1 } : {};
  const answer = await openStream(request, {
    method: 'GET',
    path: `/containers/${row.id}/stats`,
    query: { stream: stream ? 1 : 0, ...once },
  });
  await relayLines(request, answer, (line) => ({
    ...line,
    name: `/${session.ledger.byId('container', row.id)?.name ?? row.name}`,
    id: row.id,
  }));
};

/** The head goes out at once: clients begin to wait before they start the container. */
export const waitContainer: GateHandler = async (request) => {
  const { session, subject, query } = request;
  const row = session.context.container(subject);
  const condition = query.text('condition');
  const answer = await openStream(request, {
    method: 'POST',
    path: `/containers/${row.id}/wait`,
    query: condition === '' ? {} : { condition },
    timeoutMs: 0,
  });
  await relayLines(request, answer, (line) => pick(line, ['StatusCode', 'Error']));
};

export const topContainer: GateHandler = async ({ session, subject, query, exchange }) => {
  const row = session.context.container(subject);
  const asked = query.text('ps_args').trim();
  const columns = /^(?:-e|-a|-A)?\s?-?e?o\s?([a-z,%]+)$/.exec(asked)?.[1]?.split(',');
  if (!['', 'aux', '-ef', '-aux', '-eF', '-fe'].includes(asked) && !columns?.every((column) => COLUMNS.includes(column))) {
    throw denied(`ps ${asked.slice(0, 40)} is not allowed here: use aux, -ef, or -o with columns such as pid,ppid,user,args`);
  }
  const ps = columns ? `-o ${columns.join(',')}` : asked;
  exchange.reply.json(
    200,
    pick(await session.engine.call({ method: 'GET', path: `/containers/${row.id}/top`, query: ps === '' ? {} : { ps_args: ps } }), [
      'Titles',
      'Processes',
    ]),
  );
};

export const changes: GateHandler = async ({ session, subject, exchange }) => {
  const row = session.context.container(subject);
  const list = await session.engine.call({ method: 'GET', path: `/containers/${row.id}/changes` });
  exchange.reply.json(
    200,
    listOf(list).map((change) => pick(change, ['Path', 'Kind'])),
  );
};

/** Rows and columns of a terminal. @throws Refusal 400 when one of them is missing */
export function sizeOf(query: Query): { h: number; w: number } {
  const [h, w] = [query.whole('h'), query.whole('w')];
  if (h === undefined || w === undefined) throw bad('h and w: rows and columns, from 1 to 1000');
  return { h, w };
}

export const resizeContainer: GateHandler = async ({ session, subject, query, exchange }) => {
  const row = session.context.container(subject);
  const size = sizeOf(query);
  await coalesced(session, `container ${row.id}`, () =>
    session.engine.call({ method: 'POST', path: `/containers/${row.id}/resize`, query: size }),
  );
  exchange.reply.empty(200);
};

export const attach: GateHandler = async (request) => {
  const { session, subject, query } = request;
  const row = session.context.container(subject);
  const flags = Object.fromEntries(
    (['logs', 'stream', 'stdin', 'stdout', 'stderr'] as const).filter((name) => query.flag(name)).map((name) => [name, 1]),
  );
  const keys = query.text('detachKeys');
  await hijack(request, {
    method: 'POST',
    path: `/containers/${row.id}/attach`,
    query: { ...flags, ...(keys === '' ? {} : { detachKeys: keys }) },
  });
};

/** `docker cp` out of a container. The engine resolves links inside of it. */
export const archive: GateHandler = async (request) => {
  const { session, subject, query, exchange } = request;
  const row = session.context.container(subject);
  const path = insidePath(query.text('path').startsWith('/') ? query.text('path') : `/${query.text('path')}`, 'path');
  if (query.text('path') === '') throw bad('path: missing');
  if (/^\/(?:proc|sys)(?:\/|$)/.test(path)) throw denied('path: not below /proc or /sys');
  const method = exchange.head.method === 'HEAD' ? 'HEAD' : 'GET';
  // A trailing /. means the contents of a folder, which normal paths have lost.
  const asked = /\/\.?$/.test(query.text('path')) && path !== '/' ? `${path}/.` : path;
  const answer = await openStream(request, { method, path: `/containers/${row.id}/archive`, query: { path: asked } }).catch((error) => {
    // An answer to HEAD has no body, so the engine's words are lost.
    if (method === 'HEAD' && error.status === 404) throw new Refusal(404, `Could not find the file ${path} in container ${subject}`);
    throw error;
  });
  const stat = pathStat(answer.headers['x-docker-container-path-stat']);
  const headers = { 'X-Docker-Container-Path-Stat': Buffer.from(JSON.stringify(stat)).toString('base64') };
  if (method === 'HEAD') {
    answer.destroy();
    return exchange.reply.empty(200, headers);
  }
  const most = session.config.limits.archiveBytes;
  if (Number(stat.size ?? 0) > most) {
    answer.destroy();
    throw limited(`${Math.floor(most / 1024 ** 2)} MB for one docker cp.`);
  }
  await relayBytes(request, answer, 'application/x-tar', most, headers);
};
