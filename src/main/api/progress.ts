import { api } from './context.ts';

export const progress = {
  summary: api.progress.summary.handler(({ context: { core, caller } }) => core.progress.summary(caller())),
  verdicts: api.progress.verdicts.handler(({ context: { core, caller }, input }) => core.progress.verdicts(caller(), input.sessionId)),
};
