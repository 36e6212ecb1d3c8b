import type { Runtime } from './runtime.ts';

/** The runtime, whose sessions wait with their start until `ready` gives a promise that has resolved; all else goes on meanwhile. */
export function startAfter(runtime: Runtime, ready: () => Promise<unknown>): Runtime {
  return {
    kind: runtime.kind,
    availability: (lab) => runtime.availability(lab),
    start: async (request) => {
      await ready();
      return runtime.start(request);
    },
    adopt: (request) => runtime.adopt(request),
    sweep: (keep) => runtime.sweep(keep),
  };
}
