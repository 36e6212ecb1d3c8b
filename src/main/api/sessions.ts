import { allowedRuntime } from './authorise.ts';
import { api } from './context.ts';
import { callerWithin } from './own-runtime.ts';

export const sessions = {
  list: api.sessions.list.handler(({ context: { core, caller } }) => core.sessions.list(caller())),
  get: api.sessions.get.handler(({ context: { core, caller }, input }) => core.sessions.get(caller(), input.sessionId)),
  start: api.sessions.start.handler(({ context: { core, caller }, input }) => {
    const by = caller();
    return core.sessions.start(by, input.labId, allowedRuntime(by, input.runtime));
  }),
  stop: api.sessions.stop.handler(({ context: { core, caller }, input }) => core.sessions.stop(caller(), input.sessionId)),
  reset: api.sessions.reset.handler(async ({ context: { core, caller }, input }) =>
    core.sessions.reset(await callerWithin(core, caller(), input.sessionId), input.sessionId),
  ),
  acknowledge: api.sessions.acknowledge.handler(({ context: { core, caller }, input }) =>
    core.sessions.acknowledge(caller(), input.sessionId),
  ),
  check: api.sessions.check.handler(({ context: { core, caller }, input }) =>
    core.sessions.check(caller(), input.sessionId, input.objective),
  ),
  openHint: api.sessions.openHint.handler(({ context: { core, caller }, input }) =>
    core.sessions.openHint(caller(), input.sessionId, input.hint),
  ),
  revealStory: api.sessions.revealStory.handler(({ context: { core, caller }, input }) =>
    core.sessions.revealStory(caller(), input.sessionId, input.part),
  ),
  showSolutions: api.sessions.showSolutions.handler(({ context: { core, caller }, input }) =>
    core.sessions.showSolutions(caller(), input.sessionId),
  ),
  applySolution: api.sessions.applySolution.handler(async ({ context: { core, caller }, input }) =>
    core.sessions.applySolution(await callerWithin(core, caller(), input.sessionId), input.sessionId, input.name),
  ),
  restartService: api.sessions.restartService.handler(async ({ context: { core, caller }, input }) =>
    core.sessions.restartService(await callerWithin(core, caller(), input.sessionId), input.sessionId, input.service),
  ),
  pin: api.sessions.pin.handler(({ context: { core, caller }, input }) =>
    core.sessions.pin(caller(), input.sessionId, input.terminalId, input.text),
  ),
  unpin: api.sessions.unpin.handler(({ context: { core, caller }, input }) => core.sessions.unpin(caller(), input.sessionId, input.pinId)),
  answer: api.sessions.answer.handler(({ context: { core, caller }, input }) =>
    core.sessions.answer(caller(), input.sessionId, input.objective, input.option, input.pins),
  ),
};
