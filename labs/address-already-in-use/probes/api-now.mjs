/** What answers on api-1 now: the release that was delivered, from one new process? */
import { allowedMs, delivery, Program, tollIsRight } from './kernel.mjs';

const QUESTIONS = 8;

export default async function apiNow(probe) {
  const { release, before } = await delivery(probe);
  const api = new Program(probe, 'api-1', 8081);
  // The restart that brought the release may have begun this moment.
  await api.answersWithin(await allowedMs(), async () => (await tollIsRight(probe, api.url, release)).release);
  const listeners = await api.listeners();
  const answers = [];
  for (let i = 0; i < QUESTIONS; i += 1) answers.push(await tollIsRight(probe, api.url, release));
  return {
    listeners: listeners.length,
    process: listeners[0]?.pid ?? 0,
    old: listeners.filter(({ pid }) => pid === before).length,
    asked: QUESTIONS,
    unanswered: answers.filter(({ answered }) => !answered).length,
    stale: answers.filter(({ answered, release: current }) => answered && !current).length,
    wrong: answers.filter(({ answered, right }) => answered && !right).length,
  };
}
