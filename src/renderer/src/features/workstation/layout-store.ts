/** The layout of each session; kept over a reload of the page. */
import { createStore, type Store } from '../../ui/store.ts';
import { emptyLayout, type Layout } from './layout.ts';

const stores = new Map<string, Store<Layout>>();

function stored(key: string): Layout | null {
  try {
    const text = sessionStorage.getItem(key);
    return text === null ? null : (JSON.parse(text) as Layout);
  } catch {
    // No storage here, or nonsense in it: start with an empty layout.
    return null;
  }
}

export function layoutStore(sessionId: string): Store<Layout> {
  let store = stores.get(sessionId);
  if (!store) {
    const key = `ops-lab:layout:${sessionId}`;
    const made = createStore(stored(key) ?? emptyLayout());
    made.subscribe(() => {
      try {
        sessionStorage.setItem(key, JSON.stringify(made.get()));
      } catch {
        // Not kept over a reload then.
      }
    });
    store = made;
    stores.set(sessionId, made);
  }
  return store;
}
