/** Waits between attempts, in milliseconds: a network that changes is there again within a second or two. */
const WAITS = [200, 800, 2_000];

/**
 * Fetches code of the page, again when that fails: a browser gives up what is under way when the network of its machine
 * changes, as it does whenever a container starts.
 * @param load such as `() => import('./screen.tsx')`
 * @throws what the last attempt threw
 */
export async function loadAgain<Module>(load: () => Promise<Module>, waits: readonly number[] = WAITS): Promise<Module> {
  for (const wait of waits) {
    try {
      return await load();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
  return load();
}
