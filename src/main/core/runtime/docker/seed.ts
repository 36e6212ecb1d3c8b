/** What is laid into a session's volumes before its containers start: plain tar, never compressed. */
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
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

/** A tar archive of files of one owner, with their folders. */
export async function packFiles(files: readonly SeedFile[], folders: readonly string[] = [], owner: Owner = ROOT): Promise<Buffer> {
  const archive = pack();
  const made = new Set<string>();
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
  archive.finalize();
  const parts: Buffer[] = [];
  for await (const chunk of archive as unknown as AsyncIterable<Buffer>) parts.push(chunk);
  return Buffer.concat(parts);
}

async function readFiles(folder: string, paths: readonly string[], prefix = ''): Promise<SeedFile[]> {
  return Promise.all(
    paths.map(async (path) => {
      const source = join(folder, path);
      const [content, { mode }] = await Promise.all([readFile(source), stat(source)]);
      return { path: `${prefix}${path}`, content, executable: (mode & 0o100) !== 0 };
    }),
  );
}

/** The folder `lab` itself is in it, so that it gets its owner as well. */
async function workspaceArchive(lab: Lab): Promise<Buffer> {
  const files = await readFiles(join(lab.folder, 'workspace'), lab.workspaceFiles, 'lab/');
  // A terminal that follows a log opens before the service has written its first line.
  const logs = lab.manifest.terminals.flatMap(({ kind, file }) => (kind === 'log' && file ? [file] : []));
  const missing = logs.filter((file) => !lab.workspaceFiles.includes(file)).map((path) => ({ path: `lab/${path}`, content: '' }));
  const terminal = Object.values(lab.compose.services).find((service) => service['x-ops-lab'].role === 'terminal');
  const [uid = 0, gid = 0] = (terminal?.user ?? '0:0').split(':').map(Number);
  return packFiles([...files, ...missing], ['lab', 'lab/log'], { uid, gid });
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

/** Fills the session's volumes through a container that is never started. */
export async function seedVolumes({ docker, identity, lab, image, observer, integration, signal }: SeedRequest): Promise<void> {
  const volumes = volumesOf(identity);
  const targets = { workspace: '/lab', services: '/services', tools: '/opt/ops-lab', observer: '/opt/observer' };
  const [workspace, services, tools, program, { Id }] = await Promise.all([
    workspaceArchive(lab),
    readFiles(join(lab.folder, 'services'), lab.serviceFiles).then((files) => packFiles(files)),
    packFiles([{ path: 'integration.bash', content: integration }]),
    Promise.all([readFile(observer), readFiles(join(lab.folder, 'probes'), lab.probeFiles, 'probes/')]).then(([content, probes]) =>
      packFiles([{ path: 'observer.mjs', content }, ...probes]),
    ),
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
          Mounts: Object.entries(targets).map(([name, target]) => ({
            Type: 'volume',
            Source: volumes[name as keyof typeof targets],
            Target: target,
          })),
        },
      },
      signal,
    }),
  ]);
  const archives: [string, Buffer][] = [
    ['/', workspace],
    [targets.services, services],
    [targets.tools, tools],
    [targets.observer, program],
  ];
  for (const [path, archive] of archives) {
    await callEngine(docker, { method: 'PUT', path: `/containers/${Id}/archive`, query: { path }, archive, signal });
  }
  await callEngine(docker, { method: 'DELETE', path: `/containers/${Id}`, query: { force: true }, signal });
}
