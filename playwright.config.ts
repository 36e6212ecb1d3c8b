import { defineConfig } from '@playwright/test';
import type { HostOptions } from './e2e/fixtures/host.ts';
import { CHROMIUM_FLAGS, findChromium } from './e2e/support/chromium.ts';
import { electronBinary } from './e2e/support/electron-binary.ts';

/** Real Electron takes part wherever its binary is. */
const HOSTS = ['web', 'electron-stand-in', ...(electronBinary() === null ? [] : ['electron' as const])] as const;
const RUNTIMES = ['shell', 'docker'] as const;

/** One way through a lab each, typed by hand: once is enough, where the learner has docker. */
const BY_HAND = ['**/container-dns.spec.ts'];

/** The same specs on every host; those about labs on every runtime as well. */
export default defineConfig<HostOptions>({
  testDir: 'e2e/specs',
  outputDir: 'test-results',
  reporter: 'list',
  // Two at a time, as proofs do; the tests of one file come one after another.
  workers: 2,
  forbidOnly: process.env.CI === 'true',
  timeout: 60_000,
  expect: { timeout: 15_000 },
  use: { launchOptions: { executablePath: findChromium(), args: CHROMIUM_FLAGS } },
  projects: HOSTS.flatMap((host) => [
    { name: host, testDir: 'e2e/specs/app', use: { host, runtime: 'shell' as const } },
    ...RUNTIMES.map((runtime) => ({
      name: `${host}-${runtime}`,
      testDir: 'e2e/specs/labs',
      testIgnore: host === 'web' && runtime === 'docker' ? [] : BY_HAND,
      timeout: 240_000,
      use: { host, runtime },
    })),
  ]),
});
