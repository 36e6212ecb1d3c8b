/** What is ours on the engine, found by label, and removing it until nothing is left. */
import type Docker from 'dockerode';
import { callEngine } from '../../engine/api.ts';
import { statusOf } from '../../engine/engine-error.ts';
import { LABEL } from '../../engine/labels.ts';

export interface Resource {
  readonly kind: 'container' | 'network' | 'volume' | 'image';
  /** Id; of a volume, its name. */
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Of a container: id of the image that it was made of. */
  readonly image?: string;
}

const PATHS = { container: '/containers', network: '/networks', volume: '/volumes', image: '/images' } as const;
const ROUNDS = 5;

/** @param labels all of these must be there, as `key=value` */
export async function findResources(docker: Docker, labels: readonly string[]): Promise<Resource[]> {
  const filters = { label: labels };
  const [containers, networks, volumes, images] = await Promise.all([
    callEngine<{ Id: string; Names?: string[]; ImageID?: string; Labels?: Record<string, string> | null }[]>(docker, {
      method: 'GET',
      path: '/containers/json',
      query: { all: true, filters },
    }),
    callEngine<{ Id: string; Name: string; Labels?: Record<string, string> | null }[]>(docker, {
      method: 'GET',
      path: '/networks',
      query: { filters },
    }),
    callEngine<{ Volumes?: { Name: string; Labels?: Record<string, string> | null }[] | null }>(docker, {
      method: 'GET',
      path: '/volumes',
      query: { filters },
    }),
    // Only learners make images in a session, behind its gate.
    callEngine<{ Id: string; RepoTags?: string[] | null; Labels?: Record<string, string> | null }[]>(docker, {
      method: 'GET',
      path: '/images/json',
      query: { all: true, filters },
    }),
  ]);
  return [
    ...containers.map((it) => ({
      kind: 'container' as const,
      id: it.Id,
      name: it.Names?.[0]?.slice(1) ?? it.Id.slice(0, 12),
      labels: it.Labels ?? {},
      ...(it.ImageID ? { image: it.ImageID } : {}),
    })),
    ...networks.map((it) => ({ kind: 'network' as const, id: it.Id, name: it.Name, labels: it.Labels ?? {} })),
    ...(volumes.Volumes ?? []).map((it) => ({ kind: 'volume' as const, id: it.Name, name: it.Name, labels: it.Labels ?? {} })),
    ...images.map((it) => ({ kind: 'image' as const, id: it.Id, name: it.RepoTags?.[0] ?? it.Id.slice(7, 19), labels: it.Labels ?? {} })),
  ];
}

/** Containers first, all at once; then networks and volumes, which an engine refuses to remove while they are in use. */
async function removeOnce(docker: Docker, resources: readonly Resource[]): Promise<void> {
  for (const kinds of [['container'], ['network', 'volume', 'image']]) {
    await Promise.all(
      resources
        .filter(({ kind }) => kinds.includes(kind))
        .map(async ({ kind, id }) => {
          const query = kind === 'network' ? {} : { force: true, ...(kind === 'container' ? { v: true } : {}) };
          try {
            await callEngine(docker, { method: 'DELETE', path: `${PATHS[kind]}/${id}`, query, timeoutMs: 60_000 });
          } catch (error) {
            // Gone already, being removed, or in use for a moment yet: the next look tells.
            if (statusOf(error) === null) throw error;
          }
        }),
    );
  }
}

/**
 * Removes what `find` finds, again and again until it finds nothing.
 * @returns what was there at first, and what is left
 */
export async function removeAll(docker: Docker, find: () => Promise<Resource[]>): Promise<{ removed: string[]; left: string[] }> {
  const first = await find();
  let current = first;
  for (let round = 0; current.length > 0 && round < ROUNDS; round += 1) {
    if (round > 0) await new Promise((resolve) => setTimeout(resolve, 200 * round));
    await removeOnce(docker, current);
    current = await find();
  }
  const describe = ({ kind, name }: Resource): string => `${kind} ${name}`;
  const left = current.map(describe);
  return { removed: first.map(describe).filter((name) => !left.includes(name)), left };
}

export const sessionFilter = (sessionId: string): string[] => [`${LABEL.product}=ops-lab`, `${LABEL.session}=${sessionId}`];
export const homeFilter = (home: string): string[] => [`${LABEL.product}=ops-lab`, `${LABEL.home}=${home}`];
