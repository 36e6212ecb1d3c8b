import { defineConfig } from '@playwright/test';
import type { HostOptions } from './e2e/fixtures/host.ts';
import { CHROMIUM_FLAGS, findChromium } from './e2e/support/chromium.ts';
import { electronBinary } from './e2e/support/electron-binary.ts';

/** Real Electron takes part wherever its binary is. */
const HOSTS = ['web', 'electron-stand-in', ...(electronBinary() === null ? [] : ['electron' as const])] as const;
const RUNTIMES = ['shell', 'docker'] as const;

/** The same specs on every host; those about labs on every runtime as well, but for labs/by-hand, which run once. */
export default defineConfig<HostOptions>({
  testDir: 'e2e/specs',
  outputDir: 'test-results',
  reporter: 'list',
  // Tests of labs wait for half of their time: three at a time keep two cores busy, and took 19 minutes where two took 23.
  workers: 3,
  forbidOnly: process.env.CI === 'true',
  timeout: 60_000,
  expect: { timeout: 15_000 },
  use: { launchOptions: { executablePath: findChromium(), args: CHROMIUM_FLAGS } },
  projects: HOSTS.flatMap((host) => [
    { name: host, testDir: 'e2e/specs/app', use: { host, runtime: 'shell' as const } },
    ...RUNTIMES.map((runtime) => ({
      name: `${host}-${runtime}`,
      testDir: 'e2e/specs/labs',
      // One host shows it: what differs between hosts and runtimes is in the specs beside that folder.
      testIgnore: host === 'web' && runtime === 'docker' ? [] : ['**/by-hand/**'],
      // A minute or two on an idle machine; measured at three and a half with thirty times its load.
      timeout: 480_000,
      fullyParallel: true,
      use: { host, runtime },
    })),
  ]),
});
