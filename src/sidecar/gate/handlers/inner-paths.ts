/**
 * Paths that lead through links of a container. The rules for mounts and working directories read a path as it is written; an image,
 * a volume, or a container that has run can hold a link in its middle that leads to /dev, /proc or /sys.
 */
import { posix } from 'node:path';
import { bodyOf, listOf, pick } from '../answers/scrub.ts';
import { EngineRefusal } from '../engine-client.ts';
import { denied } from '../refusal.ts';
import type { GateSession } from '../session.ts';

const KERNEL = /^\/(?:proc|sys)(?:\/|$)/;
const KERNEL_OR_DEVICES = /^\/(?:proc|sys|dev)(?:\/|$)/;
const NEVER_STARTED = '0001-';

/** The engine's answer about a path in a container. */
export function pathStat(header: string | string[] | undefined): Record<string, unknown> {
  try {
    return pick(JSON.parse(Buffer.from(String(header ?? ''), 'base64').toString('utf8')), ['name', 'size', 'mode', 'mtime', 'linkTarget']);
  } catch {
    return {};
  }
}

/**
 * Before a container starts: none of its mounts and not its working directory leads to the kernel's folders.
 * @param body of the engine's inspect @throws Refusal
 */
export async function assertInnerPaths(session: GateSession, body: Readonly<Record<string, unknown>>): Promise<void> {
  const targets = [
    // Bound is only what belongs to the gate.
    ...listOf(body.Mounts).flatMap(({ Type, Destination }) => (Type === 'bind' ? [] : [String(Destination)])),
    ...Object.keys(bodyOf(bodyOf(body.HostConfig).Tmpfs)),
  ];
  const nested = targets.some((one) => targets.some((other) => other !== one && one.startsWith(`${other}/`)));
  const given = session.config.allowedImages.some(({ id }) => id === body.Image);
  // What the lab gives, and nobody has been in, has no such link.
  if (given && !nested && String(bodyOf(body.State).StartedAt ?? '').startsWith(NEVER_STARTED)) return;
  const id = String(body.Id);
  // Each container has this folder, and nobody inside can remove it: a volume that lies over everything hides it.
  if (targets.length > 0 && (await look(session, id, '/proc')) === null)
    throw denied('One of the mounts leads to / in this container: nothing is mounted there in this lab');
  for (const target of targets) {
    const end = await leadsTo(session, id, target);
    if (end === '/' || KERNEL_OR_DEVICES.test(end))
      throw denied(`${target} leads to ${end} in this container: nothing is mounted there in this lab`);
  }
  await assertWorkingFolder(session, id, String(bodyOf(body.Config).WorkingDir ?? ''));
}

/** @param path absolute, or empty for none @throws Refusal when it leads below /proc or /sys */
export async function assertWorkingFolder(session: GateSession, containerId: string, path: string): Promise<void> {
  const end = await leadsTo(session, containerId, path);
  if (KERNEL.test(end)) throw denied(`${path} leads to ${end} in this container: no command begins there in this lab`);
}

/** Link by link, as the engine sees them; what is not there yet will be made as it is written. */
async function leadsTo(session: GateSession, containerId: string, path: string): Promise<string> {
  let at = '';
  for (const part of path.split('/').filter((one) => one !== '')) {
    const next = `${at}/${part}`;
    const linkTarget = (await look(session, containerId, next))?.linkTarget;
    // Of the root itself it is `/.`.
    at = typeof linkTarget === 'string' && linkTarget !== '' ? posix.normalize(linkTarget).replace(/\/$/, '') : next;
  }
  return at === '' ? '/' : at;
}

/** @returns null for what is not there @throws EngineRefusal */
async function look(session: GateSession, containerId: string, path: string): Promise<Record<string, unknown> | null> {
  const answer = await session.engine.stream({ method: 'HEAD', path: `/containers/${containerId}/archive`, query: { path } });
  answer.resume();
  const status = answer.statusCode ?? 502;
  if (status === 404) return null;
  if (status >= 400) throw new EngineRefusal(status, `${path} cannot be looked at in this container`);
  return pathStat(answer.headers['x-docker-container-path-stat']);
}
