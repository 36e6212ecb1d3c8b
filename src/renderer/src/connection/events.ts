/** Carries the core's events into the query cache, and reads everything again after the line was down. */
import type { AppEvent } from '../../../shared/contract/contract.ts';
import type { EngineStatus } from '../../../shared/contract/values.ts';
import { drafts } from '../features/editor/drafts.ts';
import { noteCommand } from '../features/terminals/running-commands.ts';
import type { Connection } from './connection.ts';
import { keys, queryClient } from './queries.ts';

function apply(event: AppEvent): void {
  const stale = (...queries: (readonly string[])[]) => {
    for (const queryKey of queries) void queryClient.invalidateQueries({ queryKey });
  };
  switch (event.type) {
    case 'session':
      queryClient.setQueryData(keys.session(event.session.id), event.session);
      // The files are gone, so what was typed into them has no place any more.
      if (event.session.state === 'stopped') drafts.dropSession(event.session.id);
      stale(keys.sessions, keys.labs, keys.progress, keys.learners);
      break;
    case 'session-gone':
      queryClient.removeQueries({ queryKey: keys.session(event.sessionId) });
      stale(keys.sessions, keys.labs, keys.progress);
      break;
    case 'engine': {
      const before = queryClient.getQueryData<EngineStatus>(keys.engine);
      queryClient.setQueryData(keys.engine, event.engine);
      // A running build sends many of these; only another state changes what the labs and the doctor say.
      if (before?.state !== event.engine.state || before?.image.state !== event.engine.image.state) stale(keys.doctor, keys.labs, ['lab']);
      break;
    }
    case 'labs':
      stale(keys.labs, ['lab']);
      break;
    case 'learners':
      // Who is current decides what every other answer holds.
      void queryClient.invalidateQueries();
      break;
    case 'settings':
      queryClient.setQueryData(keys.settings, event.settings);
      break;
    case 'command':
      noteCommand(event.command);
      stale(keys.history, keys.learners);
      break;
  }
}

/** Listens until the line closes. Everything is read again first, because events of the time before are lost. */
export async function followEvents(connection: Connection): Promise<void> {
  try {
    const events = await connection.client.app.events();
    void queryClient.invalidateQueries();
    for await (const event of events) apply(event);
  } catch {
    // The line broke; the next one starts its own listening.
  }
}
