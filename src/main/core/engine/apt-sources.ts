/** The Debian mirror that this machine itself uses, read from its own apt configuration. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** The release that the lab image is made of. */
export const SUITE = 'bookworm';
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

interface Entry {
  readonly uri: string;
  readonly suites: readonly string[];
  readonly components: readonly string[];
  readonly signedBy: string | null;
}

/** One-line style: `deb [options] URI SUITE COMPONENT...`. */
export function parseList(text: string): Entry[] {
  const entries: Entry[] = [];
  for (const line of text.split('\n')) {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+([^#]+)/.exec(line);
    if (!match) continue;
    const signedBy = /(?:^|\s)signed-by=(\S+)/.exec(match[1] ?? '')?.[1] ?? null;
    entries.push({ uri: match[2] ?? '', suites: [match[3] ?? ''], components: (match[4] ?? '').trim().split(/\s+/), signedBy });
  }
  return entries;
}

/** deb822 style: paragraphs of `Field: value`, continued by indented lines. */
export function parseSources(text: string): Entry[] {
  const entries: Entry[] = [];
  const withoutComments = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n');
  for (const paragraph of withoutComments.split(/\n\s*\n/)) {
    const fields = new Map<string, string>();
    let current = '';
    for (const line of paragraph.split('\n')) {
      const match = /^([A-Za-z0-9-]+):\s*(.*)$/.exec(line);
      if (match) current = (match[1] ?? '').toLowerCase();
      const value = match ? (match[2] ?? '') : line;
      if (current !== '') fields.set(current, `${fields.get(current) ?? ''} ${value}`.trim());
    }
    const list = (name: string): string[] => (fields.get(name) ?? '').split(/\s+/).filter((part) => part !== '');
    if (!list('types').includes('deb') || fields.get('enabled')?.toLowerCase() === 'no') continue;
    const signedBy = list('signed-by')[0] ?? null;
    for (const uri of list('uris')) {
      entries.push({ uri, suites: list('suites'), components: list('components'), signedBy: signedBy?.startsWith('/') ? signedBy : null });
    }
  }
  return entries;
}

/**
 * `deb` lines for mmdebstrap: only the distribution's own entries (its archive keys, its suites, component main, http or
 * https), never those of other software on this machine.
 * @param codename the release of this machine, such as `trixie`
 */
export function mirrorLines(entries: readonly Entry[], codename: string): string[] {
  const lines: string[] = [];
  for (const { uri, suites, components, signedBy } of entries) {
    const url = URL.canParse(uri) ? new URL(uri) : null;
    const own =
      url !== null &&
      /^https?:$/.test(url.protocol) &&
      /(^|\/)debian(-security)?(\/|$)/.test(url.pathname) &&
      components.includes('main') &&
      (signedBy === null || basename(signedBy).startsWith('debian-archive'));
    if (!own) continue;
    for (const suite of suites) {
      const kind = suite === codename || suite === 'stable' ? '' : suite.startsWith(`${codename}-`) ? suite.slice(codename.length) : null;
      if (kind === null || !['', '-updates', '-security'].includes(kind)) continue;
      const keyring = signedBy !== null && existsSync(signedBy) ? signedBy : KEYRING;
      lines.push(`deb [signed-by=${keyring}] ${uri} ${SUITE}${kind} main`);
    }
  }
  return [...new Set(lines)];
}

/**
 * @param root the machine's root folder
 * @returns an empty list on anything but a Debian with a mirror of its own
 */
export async function systemMirrorLines(root = '/'): Promise<string[]> {
  const release = await readFile(join(root, 'etc/os-release'), 'utf8').catch(() => '');
  const value = (key: string): string => new RegExp(`^${key}="?([^"\n]*)"?$`, 'm').exec(release)?.[1] ?? '';
  if (value('ID') !== 'debian') return [];
  const folder = join(root, 'etc/apt/sources.list.d');
  const names = (await readdir(folder).catch(() => [])).sort();
  const entries = parseList(await readFile(join(root, 'etc/apt/sources.list'), 'utf8').catch(() => ''));
  for (const name of names) {
    if (!/\.(list|sources)$/.test(name)) continue;
    const text = await readFile(join(folder, name), 'utf8').catch(() => '');
    entries.push(...(name.endsWith('.list') ? parseList(text) : parseSources(text)));
  }
  return mirrorLines(entries, value('VERSION_CODENAME'));
}
