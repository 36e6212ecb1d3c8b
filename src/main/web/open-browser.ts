import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

function opener(platform: NodeJS.Platform, target: string): [string, string[]] {
  if (platform === 'darwin') return ['open', [target]];
  if (platform === 'win32') return ['rundll32', ['url.dll,FileProtocolHandler', target]];
  return ['xdg-open', [target]];
}

/**
 * Opens the default browser with a link. Other users of this machine can read the arguments of programs, so the link
 * goes into a file that only its owner can read, and the browser is given that. When nothing opens, or the file cannot be
 * written (a full disk), the printed link is still there.
 * @param folder where the file is kept
 */
export function openBrowser(link: string, folder: string, platform: NodeJS.Platform = process.platform): void {
  const file = join(folder, 'open.html');
  try {
    writeFileSync(file, `<!doctype html><meta http-equiv="refresh" content="0;url=${link}"><a href="${link}">Ops Lab</a>\n`, {
      mode: 0o600,
    });
  } catch {
    return;
  }
  const [program, args] = opener(platform, pathToFileURL(file).href);
  const child = spawn(program, args, { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}
