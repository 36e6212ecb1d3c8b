import { api } from './context.ts';
import { callerWithin } from './own-runtime.ts';

export const files = {
  list: api.files.list.handler(async ({ context: { core, caller }, input }) =>
    core.sessions.listFiles(await callerWithin(core, caller(), input.sessionId), input.sessionId, input.directory),
  ),
  read: api.files.read.handler(async ({ context: { core, caller }, input }) =>
    core.sessions.readFile(await callerWithin(core, caller(), input.sessionId), input.sessionId, input.path),
  ),
  write: api.files.write.handler(async ({ context: { core, caller }, input }) =>
    core.sessions.writeFile(await callerWithin(core, caller(), input.sessionId), input.sessionId, input.path, input.content, input.version),
  ),
};
