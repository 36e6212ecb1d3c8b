/** Debian packages for an image that has no mirror of its own: fetched by this machine's apt, checked by its keys, put into no system. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemMirrorLines } from './apt-sources.ts';
import { runLogged } from './run-logged.ts';
import { whichProgram } from './which.ts';

export interface PackagesRequest {
  readonly packages: readonly string[];
  /** Debian's name of the image's processor. */
  readonly architecture: string;
  /** Text of the image's /var/lib/dpkg/status: what it has already is not fetched. */
  readonly status: string;
  /** An empty folder of the caller's, on a disk with 300 MB free. */
  readonly folder: string;
  readonly signal: AbortSignal;
  onLine(line: string): void;
}

/** Why it cannot be done here, as a sentence; empty when it can. */
export async function packagesObstacle(): Promise<string> {
  if (process.platform !== 'linux' || whichProgram('apt-get') === null) return 'this machine has no apt-get';
  if ((await systemMirrorLines()).length === 0) return 'this system has no Debian mirror in its apt configuration';
  return '';
}

/** @returns paths of the packages and of all that they need beyond `status`. @throws OpsLabError `engine-failed`, `cancelled` */
export async function fetchPackages({ packages, architecture, status, folder, signal, onLine }: PackagesRequest): Promise<string[]> {
  const archives = join(folder, 'archives');
  await mkdir(join(archives, 'partial'), { recursive: true });
  await mkdir(join(folder, 'lists', 'partial'), { recursive: true });
  await writeFile(join(folder, 'status'), status);
  await writeFile(join(folder, 'sources.list'), `${(await systemMirrorLines()).join('\n')}\n`);
  const options = {
    'APT::Architecture': architecture,
    'APT::Architectures': architecture,
    // The folder is this user's own, where apt's own user may not write.
    'APT::Sandbox::User': '',
    'Dir::State': folder,
    'Dir::State::status': join(folder, 'status'),
    'Dir::State::lists': join(folder, 'lists'),
    'Dir::Cache': folder,
    'Dir::Cache::archives': archives,
    'Dir::Etc::sourcelist': join(folder, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::Etc::preferences': '/dev/null',
    'Dir::Etc::preferencesparts': '/dev/null',
    'Acquire::Languages': 'none',
  };
  const settings = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const apt = (...words: string[]): Promise<void> => runLogged('apt-get', [...settings, ...words], { signal, onLine });
  await apt('update');
  await apt('install', '--yes', '--no-install-recommends', '--download-only', ...packages);
  return (await readdir(archives)).filter((name) => name.endsWith('.deb')).map((name) => join(archives, name));
}
