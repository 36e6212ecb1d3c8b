// npm run check: types, lint and import rules in one.
import { runChecks } from './lib/checks.mjs';
import { toolsDirectory } from './lib/paths.mjs';
import { runMain, say } from './lib/say.mjs';
import { setUp } from './lib/setup.mjs';

await runMain(async () => {
  const node = await setUp({ build: false });
  const results = await runChecks(node, toolsDirectory('logs'));
  for (const { name, ok, seconds, output } of results) {
    if (!ok) process.stdout.write(`\n--- ${name}\n${output}\n`);
    say(`${name}: ${ok ? 'ok' : 'FAILED'} (${seconds.toFixed(1)} s)`);
  }
  return results.every(({ ok }) => ok) ? 0 : 1;
});
