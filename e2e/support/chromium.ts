import { existsSync } from 'node:fs';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/**
 * For a browser under test: no GPU, no talk to its vendor, and every host name but loopback unknown, so that a page that
 * reaches for the network fails here too.
 */
export const CHROMIUM_FLAGS = [
  // The machines that run these tests are containers and virtual machines, often as root.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
];

/** The path of a Chromium. @throws with what to install when there is none */
export function findChromium(): string {
  const found = [process.env.OPS_LAB_CHROMIUM ?? '', ...PLACES].find((path) => path !== '' && existsSync(path));
  if (found === undefined) throw new Error('Chromium is missing: install it (Debian: apt-get install chromium), or set OPS_LAB_CHROMIUM');
  return found;
}
