import { api } from './context.ts';

export const labs = {
  list: api.labs.list.handler(({ context: { core, caller } }) => core.labs.list(caller())),
  get: api.labs.get.handler(({ context: { core, caller }, input }) => core.labs.get(caller(), input.labId)),
};
