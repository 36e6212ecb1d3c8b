import type { HistoryService } from '../core.ts';
import type { Store } from '../store/store.ts';

/** The caller's own commands. */
export function createHistoryService(store: Store): HistoryService {
  return { search: (caller, query) => store.commands.search({ ...query, learnerId: caller.learnerId }) };
}
