import { api } from './context.ts';
import { callerWithin } from './own-runtime.ts';

export const terminals = {
  open: api.terminals.open.handler(async ({ context: { core, caller }, input }) =>
    core.sessions.openTerminal(await callerWithin(core, caller(), input.sessionId), input.sessionId, input.name, input.cols, input.rows),
  ),
  close: api.terminals.close.handler(async ({ context: { core, caller }, input }) => {
    await core.sessions.closeTerminal(caller(), input.terminalId);
    return {};
  }),
};
