import { api } from './context.ts';

export const settings = {
  get: api.settings.get.handler(({ context: { core } }) => core.settings.get()),
  set: api.settings.set.handler(({ context: { core }, input }) => core.settings.set(input)),
};
