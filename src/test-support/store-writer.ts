/** Test support: a program that writes commands until it is killed, and says each number after its call returned. */
import { newId, openStore } from '../main/core/store/store.ts';

const store = openStore(process.argv[2] as string);
const learnerId = newId();
const sessionId = newId();
store.learners.add({ id: learnerId, name: 'Writer', createdAt: 1 });
store.sessions.add({
  id: sessionId,
  learnerId,
  labId: 'a-lab',
  labTitle: 'A lab',
  runtime: 'shell',
  startedAt: 1,
  folder: '/f',
  points: 100,
});
for (let number = 0; ; number++) {
  const command = { uid: newId(), sessionId, terminal: 'shell', command: `number ${number}`, directory: '/', exitCode: 0 };
  store.commands.add({ ...command, startedAt: number, durationMs: 1 });
  process.stdout.write(`${number}\n`);
}
