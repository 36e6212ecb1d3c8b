import { OpsLabError } from '../../shared/contract/errors.ts';
import { api, MAX_STREAMS } from './context.ts';
import { EventQueue } from './event-queue.ts';

export const app = {
  info: api.app.info.handler(({ context: { core, host } }) => ({
    version: core.info.version,
    host,
    dataDirectory: core.info.dataDirectory,
    platform: process.platform,
    node: process.version,
    notices: core.info.notices,
  })),
  events: api.app.events.handler(async ({ context: { core, caller, connection }, signal }) => {
    if (connection.streams >= MAX_STREAMS) {
      throw new OpsLabError('limit', `This connection listens ${MAX_STREAMS} times already. Close one of them first.`);
    }
    const queue = new EventQueue();
    const unsubscribe = core.onEvent(caller(), (event) => queue.push(event));
    connection.streams++;
    let open = true;
    const end = () => {
      if (!open) return;
      open = false;
      connection.streams--;
      unsubscribe();
      queue.close();
    };
    // Also when nobody ever reads from the iterator: then its own clean-up would not run.
    if (signal?.aborted) end();
    else signal?.addEventListener('abort', end, { once: true });
    return (async function* () {
      try {
        yield* queue.read();
      } finally {
        end();
      }
    })();
  }),
};
