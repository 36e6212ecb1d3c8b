/** Five reports at once, each on another random number of days; and who of the service is in state D meanwhile. */
const TOGETHER = 5;
const WITHIN = 4000;

export default async function reports(probe) {
  const base = probe.url('reports', 8085);
  const days = Array.from({ length: TOGETHER }, () => probe.randomInteger(10, 9999));
  const asked = Promise.all(days.map((count) => probe.request(`${base}/report?days=${count}`, { timeoutMs: WITHIN })));
  const seen = await Promise.all([asked, look(probe)]);
  const [answers, stuck] = seen;
  const right = answers.filter(({ status, body }, index) => status === 200 && isRight(body, days[index])).length;
  return { missing: TOGETHER - right, stuck };
}

function isRight(body, days) {
  try {
    const report = JSON.parse(body);
    return report.days === days && report.sold === (days * (days + 1)) / 2;
  } catch {
    return false;
  }
}

/** @returns how many processes were in state D at each of six looks: a start takes a moment, what stays is stuck */
async function look(probe) {
  let always = null;
  for (let looks = 0; looks < 6; looks += 1) {
    const waiting = (await probe.processes('reports'))
      .filter(({ state }) => state === 'D')
      .map(({ pid, startedAt }) => `${pid} ${startedAt}`);
    always = always === null ? waiting : always.filter((one) => waiting.includes(one));
    await probe.sleep(400);
  }
  return always.length;
}
