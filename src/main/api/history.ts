import { api } from './context.ts';

export const history = {
  search: api.history.search.handler(({ context: { core, caller }, input }) => core.history.search(caller(), input)),
};
