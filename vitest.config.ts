import { defineConfig } from 'vitest/config';

/** Four suites by file name: what each needs of the machine grows from left to right. */
const suite = (name: string, include: string[], exclude: string[] = [], fileParallelism = true) => ({
  test: {
    name,
    include,
    exclude: ['node_modules/**', ...exclude],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // What is waited for comes in milliseconds, but not on a machine that does other things too.
    expect: { poll: { timeout: 15_000 } },
    fileParallelism,
  },
});

export default defineConfig({
  test: {
    projects: [
      suite('unit', ['{src,scripts,bench,e2e}/**/*.test.ts'], ['**/*.{core,docker,contract}.test.ts']),
      suite('contract', ['src/**/*.contract.test.ts']),
      suite('core', ['{src,scripts}/**/*.core.test.ts']),
      suite('docker', ['src/**/*.docker.test.ts'], [], false),
    ],
  },
});
