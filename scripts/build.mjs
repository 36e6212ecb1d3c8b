// npm run build: makes out/ if the sources have changed.
import { runMain } from './lib/say.mjs';
import { setUp } from './lib/setup.mjs';

await runMain(async () => {
  await setUp();
  return 0;
});
