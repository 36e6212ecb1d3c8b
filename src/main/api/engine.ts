import { api } from './context.ts';

export const engine = {
  status: api.engine.status.handler(({ context: { core } }) => core.engine.status()),
  refresh: api.engine.refresh.handler(({ context: { core } }) => core.engine.refresh()),
  doctor: api.engine.doctor.handler(({ context: { core } }) => core.engine.doctor()),
  buildImage: api.engine.buildImage.handler(({ context: { core }, input }) => core.engine.buildImage(input)),
  cancelBuild: api.engine.cancelBuild.handler(({ context: { core } }) => core.engine.cancelBuild()),
  clean: api.engine.clean.handler(({ context: { core } }) => core.engine.clean()),
};
