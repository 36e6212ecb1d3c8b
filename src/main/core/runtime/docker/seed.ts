/** What is laid into a session's volumes before its containers start: plain tar, never compressed. */
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type Docker from 'dockerode';
import { pack } from 'tar-stream';
import { callEngine } from '../../engine/api.ts';
import type { Lab } from '../../labs/lab.ts';
import { labelsOf, oneShotName, SEED, type SessionIdentity, volumesOf } from './names.ts';

interface SeedFile {
  readonly path: string;
  readonly content: Buffer | string;
  readonly executable?: boolean;
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

const ROOT: Owner = { uid: 0, gid: 0 };
/** Where the volumes are in the container that is never started. */
const TARGETS = { workspace: 'lab', services: 'services', tools: 'opt/ops-lab', observer: 'opt/observer' } as const;

/** Files and folders that belong to one owner. */
interface SeedPart {
  readonly files: readonly SeedFile[];
  /** That are there even without a file in them. */
  readonly folders?: readonly string[];
  readonly owner: Owner;
}

/** A tar archive of files with their folders. A folder is its first part's. */
async function packFiles(parts: readonly SeedPart[]): Promise<Buffer> {
  const archive = pack();
  const made = new Set<string>();
  for (const { files, folders = [], owner } of parts) {
    const folder = (path: string): void => {
      if (path === '.' || path === '' || made.has(path)) return;
      folder(dirname(path));
      made.add(path);
      archive.entry({ name: `${path}/`, type: 'directory', mode: 0o755, ...owner });
    };
    for (const path of folders) folder(path);
    for (const { path, content, executable } of files) {
      folder(dirname(path));
      archive.entry({ name: path, mode: executable ? 0o755 : 0o644, ...owner }, content);
    }
  }
  archive.finalize();
  return buffer(archive);
}

async function readFiles(folder: string, paths: readonly string[], prefix: string): Promise<SeedFile[]> {
  return Promise.all(
    paths.map(async (path) => {
      const source = join(folder, path);
      const [content, { mode }] = await Promise.all([readFile(source), stat(source)]);
      return { path: `${prefix}${path}`, content, executable: (mode & 0o100) !== 0 };
    }),
  );
}

/** The folder itself is in it, so that it gets its owner as well. */
async function workspaceFiles(lab: Lab): Promise<SeedPart> {
  const own = TARGETS.workspace;
  const files = await readFiles(join(lab.folder, 'workspace'), lab.workspaceFiles, `${own}/`);
  // A terminal that follows a log opens before the service has written its first line.
  const logs = lab.manifest.terminals.flatMap(({ kind, file }) => (kind === 'log' && file ? [file] : []));
  const missing = logs.filter((file) => !lab.workspaceFiles.includes(file)).map((path) => ({ path: `${own}/${path}`, content: '' }));
  const terminal = Object.values(lab.compose.services).find((service) => service['x-ops-lab'].role === 'terminal');
  const [uid = 0, gid = 0] = (terminal?.user ?? '0:0').split(':').map(Number);
  return { files: [...files, ...missing], folders: [own, `${own}/log`], owner: { uid, gid } };
}

export interface SeedRequest {
  readonly docker: Docker;
  readonly identity: SessionIdentity;
  readonly lab: Lab;
  readonly image: string;
  /** The bundled observer. */
  readonly observer: string;
  /** Text of the bash integration. */
  readonly integration: string;
  readonly signal: AbortSignal;
}

/** All that is laid in, as one archive: four in a row took the engine 50 ms each (measured, Docker 20.10). */
async function seedArchive({ lab, observer, integration }: SeedRequest): Promise<Buffer> {
  const { services, tools, observer: own } = TARGETS;
  const [workspace, serviceFiles, probes, program] = await Promise.all([
    workspaceFiles(lab),
    readFiles(join(lab.folder, 'services'), lab.serviceFiles, `${services}/`),
    readFiles(join(lab.folder, 'probes'), lab.probeFiles, `${own}/probes/`),
    readFile(observer),
  ]);
  const files = [
    ...serviceFiles,
    { path: `${tools}/integration.bash`, content: integration },
    { path: `${own}/observer.mjs`, content: program },
    ...probes,
  ];
  return packFiles([{ files, owner: ROOT }, workspace]);
}

/** Fills the session's volumes, which are there already, through a container that is never started. */
export async function seedVolumes(request: SeedRequest): Promise<void> {
  const { docker, identity, image, signal } = request;
  signal.throwIfAborted();
  const volumes = volumesOf(identity);
  const parts = Object.keys(TARGETS) as (keyof typeof TARGETS)[];
  const [archive, { Id }] = await Promise.all([
    seedArchive(request),
    callEngine<{ Id: string }>(docker, {
      method: 'POST',
      path: '/containers/create',
      query: { name: oneShotName(identity, SEED) },
      body: {
        Image: image,
        Cmd: ['true'],
        Labels: labelsOf(identity, SEED),
        HostConfig: {
          NetworkMode: 'none',
          CapDrop: ['ALL'],
          Mounts: parts.map((part) => ({ Type: 'volume', Source: volumes[part], Target: `/${TARGETS[part]}` })),
        },
      },
    }),
  ]);
  await callEngine(docker, { method: 'PUT', path: `/containers/${Id}/archive`, query: { path: '/' }, archive, signal });
  await callEngine(docker, { method: 'DELETE', path: `/containers/${Id}`, query: { force: true }, signal });
}
