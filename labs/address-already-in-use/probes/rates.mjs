/**
 * What is called rates, and what answers on its two published ports: one container, of the new release? Asked on its own address and on
 * the ports of the machine, it has to be the same process. When all of it is right, the agent on the machine brings the release once
 * more with the learner's deploy.sh: a new container has to come up. When none does, the one that was there is put back.
 */
const RELEASE = '8';
const QUESTIONS = 5;
const STARTS_WITHIN_MS = 5000;
/** Longer than the agent lets a deployment run. */
const JOB_MS = 45_000;

export default async function rates(probe) {
  const { named, figures } = await look(probe);
  return { ...figures, failed: isRight(figures) && (await nextFails(probe, named)) ? 1 : 0 };
}

const isRight = ({ asked, named, metrics, ...bad }) => named === 1 && metrics === 1 && Object.values(bad).every((count) => count === 0);

/** @param named the container that is called rates. @returns whether one more deployment brings no new one */
async function nextFails(probe, named) {
  const pipeline = probe.url('pipeline', 9100);
  const noted = `${pipeline}/note/rates`;
  // Once for each container of the learner's is enough: a deployment takes rates away for a moment.
  if ((await probe.request(noted, { timeoutMs: 5000 })).body === named.id) return false;
  await give(probe, `${pipeline}/rates`, `deploy ${RELEASE}`);
  const next = await look(probe);
  if (isRight(next.figures) && next.named.id !== named.id) {
    await probe.request(noted, { method: 'PUT', body: next.named.id, timeoutMs: 5000 });
    return false;
  }
  await give(probe, `${pipeline}/rates`, `back ${named.id}`);
  // For whoever asks next: started is not yet listening.
  await look(probe);
  return true;
}

async function give(probe, url, job) {
  const { status } = await probe.request(url, { method: 'POST', body: job, timeoutMs: JOB_MS });
  if (status !== 200) probe.giveUp('The pipeline has an agent on the machine, rates/agent.sh, and it does not do what it is asked to.');
}

async function look(probe) {
  const containers = await probe.containers();
  const running = containers.filter(({ state }) => state === 'running');
  const named = running.find(({ name }) => name === 'rates');
  const instance = named ? await instanceOf(probe, named) : '';

  const answers = [];
  for (let i = 0; i < QUESTIONS; i += 1) answers.push(await ask(probe, probe.url('apps', 7080)));
  const metrics = bodyOf(await probe.request(`${probe.url('apps', 7090)}/metrics`, { timeoutMs: 2000 }));
  const figures = {
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
  return { named, figures };
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
