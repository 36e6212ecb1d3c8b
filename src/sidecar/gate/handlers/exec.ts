/** Commands in the session's containers. */
import { bodyOf, pick } from '../answers/scrub.ts';
import { compareVersions } from '../engine-client.ts';
import type { GateHandler } from '../gate.ts';
import { flag, ignore, list, rebuild, refuse, text, whole, words } from '../json/rebuild.ts';
import type { Json } from '../json/strict-json.ts';
import type { OwnRow } from '../ledger.ts';
import { workingFolder } from '../policy/mounts.ts';
import { bad, limited, missing } from '../refusal.ts';
import type { GateSession } from '../session.ts';
import { hijack } from '../streams/hijack.ts';
import { coalesced } from './coalesced.ts';
import { sizeOf } from './container-streams.ts';
import { assertWorkingFolder } from './inner-paths.ts';

/** An exec that was never started is forgotten after this time, in milliseconds. */
const UNUSED_MS = 60_000;

const CREATE = {
  Cmd: { rule: words(1024, 64 * 1024) },
  Env: { rule: list(text(32 * 1024, /^[^=]/), 200, 32 * 1024) },
  User: { rule: text(64, /^[A-Za-z0-9_.:-]+$/) },
  WorkingDir: {
    rule: (value: Json, path: string) => workingFolder(String(text(1024)(value, path)), path),
  },
  Tty: { rule: flag },
  AttachStdin: { rule: flag },
  AttachStdout: { rule: flag },
  AttachStderr: { rule: flag },
  ConsoleSize: { rule: list(whole(0, 1000), 2) },
  DetachKeys: { rule: text(32, /^[\x20-\x7e]+$/) },
  Detach: { rule: ignore },
  // Some clients name it again.
  Container: { rule: ignore },
  Privileged: { rule: refuse('a privileged command is this computer itself.', 'boolean' as const) },
};

function find(session: GateSession, id: string): OwnRow {
  const row = /^[0-9a-f]{64}$/.test(id) ? session.ledger.byId('exec', id) : undefined;
  if (!row) throw missing('exec', id);
  return row;
}

/** Forgets those that have ended, when the lab's number is reached. */
async function makeRoom(session: GateSession): Promise<void> {
  const { execs } = session.config.limits;
  if (session.ledger.rows('exec').length < execs) return;
  for (const row of session.ledger.own('exec')) {
    // The oldest go, as few as needed: of one that has just ended, its client is about to ask for the exit code.
    if (session.ledger.rows('exec').length <= Math.floor(execs / 2)) return;
    const { status, body } = await session.engine.ask({ method: 'GET', path: `/exec/${row.id}/json` });
    const started = bodyOf(body).Running === true || bodyOf(body).ExitCode === null;
    if (status === 404 || !started || (bodyOf(body).Running !== true && Date.now() - row.at > UNUSED_MS)) session.ledger.remove(row);
  }
  if (session.ledger.rows('exec').length >= execs) throw limited(`${execs} running commands (docker exec). End one of them.`);
}

/** Where the command begins. Without -w it is the container's own folder, which its processes may have made a link since the start. */
async function folderOf(session: GateSession, containerId: string, given: Json | undefined): Promise<string> {
  if (typeof given === 'string' && given !== '') return given;
  const { Config } = bodyOf(await session.engine.call({ method: 'GET', path: `/containers/${containerId}/json` }));
  return workingFolder(String(bodyOf(Config).WorkingDir || '/'), "the container's WORKDIR");
}

export const createExec: GateHandler = async ({ session, subject, json, exchange }) => {
  const container = session.context.container(subject);
  const body = rebuild(json, CREATE);
  if (body.Cmd === undefined) throw bad('No exec command specified');
  const folder = await folderOf(session, container.id, body.WorkingDir);
  await assertWorkingFolder(session, container.id, folder);
  if (compareVersions(session.facts.apiVersion, '1.42') < 0) delete body.ConsoleSize;
  await makeRoom(session);
  const row = await session.make('exec', '', { container: container.id, folder }, session.config.limits.execs, async () => {
    const { Id } = await session.engine.call<{ Id: string }>({ method: 'POST', path: `/containers/${container.id}/exec`, body });
    return Id;
  });
  exchange.reply.json(201, { Id: row.id });
};

export const startExec: GateHandler = async (request) => {
  const { session, subject, json, exchange } = request;
  const row = find(session, subject);
  const {
    Detach = false,
    Tty = false,
    ConsoleSize,
  } = rebuild(json, {
    Detach: { rule: flag },
    Tty: { rule: flag },
    ConsoleSize: { rule: list(whole(0, 1000), 2) },
  });
  // The engine goes there only now, and in between it may have become a link.
  await assertWorkingFolder(session, row.notes.container ?? '', row.notes.folder ?? '');
  const size = ConsoleSize !== undefined && compareVersions(session.facts.apiVersion, '1.42') >= 0 ? { ConsoleSize } : {};
  const call = { method: 'POST' as const, path: `/exec/${row.id}/start`, body: { Detach, Tty, ...size } };
  if (Detach) {
    await session.engine.call(call);
    return exchange.reply.empty(200);
  }
  await hijack(request, call);
};

export const resizeExec: GateHandler = async ({ session, subject, query, exchange }) => {
  const row = find(session, subject);
  const size = sizeOf(query);
  await coalesced(session, `exec ${row.id}`, () => session.engine.call({ method: 'POST', path: `/exec/${row.id}/resize`, query: size }));
  exchange.reply.empty(201);
};

export const inspectExec: GateHandler = async ({ session, subject, exchange }) => {
  const row = find(session, subject);
  const body = await session.engine.call({ method: 'GET', path: `/exec/${row.id}/json` });
  exchange.reply.json(
    200,
    pick(body, [
      'ID',
      'Running',
      'ExitCode',
      'ProcessConfig',
      'OpenStdin',
      'OpenStderr',
      'OpenStdout',
      'CanRemove',
      'ContainerID',
      'DetachKeys',
      'Pid',
    ]),
  );
};
