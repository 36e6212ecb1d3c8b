/**
 * A core for tests of what lies around it: learners, history, progress and settings are the real services on a real
 * store; there is no engine and no lab; one terminal is
 * a real bash on a pty, in raw mode, that gives back what it is sent.
 */
import { join } from 'node:path';
import type { Caller, Core, SessionService } from '../main/core/core.ts';
import { EventHub } from '../main/core/events/event-hub.ts';
import { createHistoryService } from '../main/core/history/history-service.ts';
import { createLearnerService } from '../main/core/learners/learner-service.ts';
import { createProgressService } from '../main/core/progress/progress-service.ts';
import { createSettingsService } from '../main/core/settings/settings-service.ts';
import { newId, openStore, type Store } from '../main/core/store/store.ts';
import { Terminal } from '../main/core/terminals/terminal.ts';
import { OpsLabError } from '../shared/contract/errors.ts';

export interface TestCore extends Core {
  readonly store: Store;
  readonly events: EventHub;
  /** The one terminal that exists. */
  readonly terminalId: string;
  /** Whether `close` was called. */
  readonly closed: boolean;
}

export function createTestCore(dataDirectory: string): TestCore {
  const store = openStore(join(dataDirectory, 'ops-lab.db'));
  const events = new EventHub();
  const terminalId = newId();
  let terminal: Terminal | null = null;
  const openTerminal = () => {
    const program = 'stty raw -echo; printf "ready\\r\\n"; exec cat';
    const command = {
      file: '/bin/bash',
      args: ['--norc', '-c', program],
      env: { PATH: process.env.PATH ?? '' },
      cwd: '/',
      captured: false,
    };
    terminal ??= new Terminal({ id: terminalId, command, cols: 80, rows: 24, nonce: newId(), scrollback: 1000, recordingFile: null });
    return terminal;
  };
  const missing = () => Promise.reject(new OpsLabError('not-found', 'There is no such session.'));
  const noEngine = () => Promise.reject(new OpsLabError('engine-missing', 'There is no engine.', {}, true));
  const attachTerminal: SessionService['attachTerminal'] = (_caller, id, channel) => {
    if (id !== terminalId) throw new OpsLabError('not-found', 'There is no such terminal.');
    openTerminal().attach(channel);
  };
  let closed = false;
  return {
    store,
    events,
    terminalId,
    get closed() {
      return closed;
    },
    info: { version: '0.0.0-test', dataDirectory, notices: [] },
    engine: { status: noEngine, refresh: noEngine, doctor: async () => [], buildImage: noEngine, cancelBuild: noEngine, clean: noEngine },
    labs: { list: async () => ({ labs: [], problems: [] }), get: missing },
    sessions: {
      list: async () => [],
      get: missing,
      // What a start was asked for, told as an error, so that tests see what passed the authorisation.
      start: async (_caller, labId, runtime) => {
        throw new OpsLabError('lab-broken', 'Labs cannot be started here.', { labId, runtime: runtime ?? 'any' });
      },
      stop: missing,
      reset: missing,
      acknowledge: missing,
      check: missing,
      openHint: missing,
      revealStory: missing,
      showSolutions: missing,
      applySolution: missing,
      restartService: missing,
      pin: missing,
      unpin: missing,
      answer: missing,
      listFiles: missing,
      readFile: () => Promise.reject(new TypeError('a failure that nobody expected, at /secret/path')),
      writeFile: missing,
      openTerminal: missing,
      closeTerminal: missing,
      attachTerminal,
    },
    history: createHistoryService(store),
    progress: createProgressService(store),
    learners: createLearnerService({ store, events, dataDirectory, endSessions: async () => {} }),
    settings: createSettingsService(store, events),
    onEvent: (caller: Caller, listener) => events.on(caller, listener),
    close: async () => {
      closed = true;
      await terminal?.close();
      store.close();
    },
  };
}

/** Who sits at this machine. */
export function localCaller(core: Core): () => Caller {
  return () => ({ learnerId: core.learners.current().id, role: 'local', loopback: true });
}
