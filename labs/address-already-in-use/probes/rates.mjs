/**
 * What is called rates, and what answers on its two published ports: one container, of the new release? Asked on its own address and on
 * the ports of the machine, it has to be the same process.
 */
const RELEASE = '8';
const QUESTIONS = 5;
const STARTS_WITHIN_MS = 5000;

export default async function rates(probe) {
  const containers = await probe.containers();
  const running = containers.filter(({ state }) => state === 'running');
  const named = running.find(({ name }) => name === 'rates');
  const instance = named ? await instanceOf(probe, named) : '';

  const answers = [];
  for (let i = 0; i < QUESTIONS; i += 1) answers.push(await ask(probe, probe.url('apps', 7080)));
  const metrics = bodyOf(await probe.request(`${probe.url('apps', 7090)}/metrics`, { timeoutMs: 2000 }));
  return {
    asked: QUESTIONS,
    named: named ? 1 : 0,
    unanswered: answers.filter(({ body }) => body === null).length,
    stale: answers.filter(({ body }) => body !== null && body.release !== RELEASE).length,
    wrong: answers.filter(({ body, right }) => body !== null && !right).length,
    elsewhere: answers.filter(({ body }) => body !== null && body.instance !== instance).length,
    metrics: metrics !== null && instance !== '' && metrics.instance === instance ? 1 : 0,
    created: containers.filter(({ state }) => state === 'created').length,
    others: running.filter(({ name, command }) => name !== 'rates' && command.includes('rates/server.js')).length,
  };
}

/** Waits for a container that has just been started. @returns which process answers there; empty when none does */
async function instanceOf(probe, { addresses }) {
  const end = Date.now() + STARTS_WITHIN_MS;
  do {
    for (const address of addresses) {
      const { body } = await ask(probe, `http://${address}:7080`);
      if (body !== null) return String(body.instance);
    }
    await probe.sleep(100);
  } while (addresses.length > 0 && Date.now() < end);
  return '';
}

async function ask(probe, url) {
  const cents = probe.randomInteger(1, 99_999);
  const body = bodyOf(await probe.request(`${url}/rate?cents=${cents}`, { timeoutMs: 2000 }));
  return { body, right: body?.cents === Math.round((cents * 1127) / 100) };
}

function bodyOf({ body }) {
  try {
    const value = JSON.parse(body);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}
