import { api } from './context.ts';

export const learners = {
  list: api.learners.list.handler(({ context: { core, caller } }) => core.learners.list(caller())),
  create: api.learners.create.handler(({ context: { core, caller }, input }) => core.learners.create(caller(), input.name)),
  rename: api.learners.rename.handler(({ context: { core, caller }, input }) =>
    core.learners.rename(caller(), input.learnerId, input.name),
  ),
  switchTo: api.learners.switchTo.handler(({ context: { core, caller }, input }) => core.learners.switchTo(caller(), input.learnerId)),
  remove: api.learners.remove.handler(async ({ context: { core, caller }, input }) => {
    await core.learners.remove(caller(), input.learnerId, input.confirmName);
    return {};
  }),
  export: api.learners.export.handler(({ context: { core, caller }, input }) => core.learners.export(caller(), input.learnerId)),
  import: api.learners.import.handler(({ context: { core, caller }, input }) => core.learners.import(caller(), input.content)),
};
