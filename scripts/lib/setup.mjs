// From a fresh clone to a built app, doing only what has not been done yet.
import { ensureBuild } from './build.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { ensureNatives } from './natives.mjs';
import { ensureNode } from './node.mjs';

/**
 * @param {{ build?: boolean }} [options] whether `out/` is needed; default true
 * @returns {Promise<string>} path of the Node to run the app on
 * @throws {import('./say.mjs').StepError} for the first step that fails
 */
export async function setUp({ build = true } = {}) {
  const node = await ensureNode();
  const dependencies = await ensureDependencies(node);
  await ensureNatives(node, dependencies);
  if (build) await ensureBuild(node);
  return node;
}
