/**
 * Asks for prices that the carriers never give, while other prices must go on as always; then counts the descriptors that
 * are left over. Which parcels a carrier answers is found by asking it directly, with random parcels, just before.
 */
const HANDLING = { alder: 120, birch: 90, cedar: 150, dogwood: 75 };
const PORTS = { alder: 9001, birch: 9002, cedar: 9003, dogwood: 9004 };
/** Calls that get no price: never answered, answered byte by byte, reset. */
const BAD = { birch: 58, cedar: 8, dogwood: 4 };
/** Calls that get one, per carrier, once the bad calls are over. */
const GOOD = 8;
const BAD_PER_SECOND = 18;
const ALDER_EVERY_MS = 100;
/** Callers hang up after 3 s; the rest is for a busy machine. */
const CALLER_MS = 3300;
/** How long after the last bad call descriptors may still be held: a caller's patience and 5 s. */
const SETTLE_MS = 8000;

export default async function leak(probe) {
  const api = probe.url('api', 8080);
  await waitUntilUp(probe, api);
  const parcels = await sortParcels(probe);
  const before = await count(probe);

  const alder = [];
  let open = true;
  const meanwhile = (async () => {
    while (open) {
      alder.push(alderIsRight(probe, api));
      await probe.sleep(ALDER_EVERY_MS);
    }
  })();
  const bad = await callAll(probe, api, parcels.bad);
  const priced = bad.answers.filter(({ answer }) => answer.status >= 200 && answer.status < 300);
  const lastCall = Date.now() - bad.patience;
  const invented = await inventedOf(probe, priced);
  const good = await callInTurn(probe, api, parcels.good);
  open = false;
  await meanwhile;
  const alderFailed = (await Promise.all(alder)).filter((right) => !right).length;
  const refused = good.filter(({ answer, right }) => !right && answer.error !== 'TIMEOUT').length;

  // A service that failed good calls is at its limit: there is nothing to wait for.
  const settled = lastCall + (alderFailed + refused > 0 ? 4000 : SETTLE_MS);
  let after = await count(probe);
  while (after.descriptors > before.descriptors + 5 && Date.now() < settled) {
    await probe.sleep(400);
    const next = await count(probe);
    if (next.descriptors < after.descriptors) after = next;
  }
  const growth = Math.max(0, after.descriptors - before.descriptors);
  return {
    alderFailed,
    refused,
    late: good.filter(({ answer }) => answer.error === 'TIMEOUT').length,
    invented,
    unanswered: bad.answers.filter((each) => each.answer.status < 500 && !priced.includes(each)).length,
    gone: before.processes.filter((process) => !after.processes.includes(process)).length,
    growth,
    descriptors: after.descriptors,
    limit: after.limit,
    callsLeft: growth === 0 ? 0 : Math.max(0, Math.floor(((after.limit - after.descriptors) * parcels.bad.length) / growth)),
  };
}

/** A service that was just restarted may take a moment. One that does not come up is measured as it is. */
async function waitUntilUp(probe, api) {
  const end = Date.now() + 5000;
  while (Date.now() < end) {
    const answer = await probe.request(`${api}/health`, { timeoutMs: 1000 });
    if (answer.status === 200) return;
    await probe.sleep(200);
  }
}

/** @returns bad and good calls, as many as wanted, in random order */
async function sortParcels(probe) {
  const sorted = await Promise.all(Object.keys(BAD).map((carrier) => sortParcelsOf(probe, carrier)));
  return {
    bad: shuffle(
      probe,
      sorted.flatMap(({ bad }) => bad),
    ),
    good: sorted.flatMap(({ good }) => good),
  };
}

async function sortParcelsOf(probe, carrier) {
  const bad = [];
  const good = [];
  for (let round = 0; bad.length < BAD[carrier] || good.length < GOOD; round += 1) {
    if (round === 8) probe.giveUp(`${carrier} itself does not behave as this lab expects`);
    const asked = Array.from({ length: Math.max(24, BAD[carrier]) }, () => askCarrier(probe, carrier));
    for (const call of await Promise.all(asked)) (call.cents === null ? bad : good).push(call);
  }
  return { bad: bad.slice(0, BAD[carrier]), good: good.slice(0, GOOD) };
}

/** @returns what the carrier itself says; `cents` is null when it gives no price */
async function askCarrier(probe, carrier, parcel = probe.randomInteger(1, 999_999_999), timeoutMs = 500) {
  const answer = await probe.request(`${probe.url('carriers', PORTS[carrier])}/price/${parcel}`, { timeoutMs });
  return { carrier, parcel, cents: answer.status === 200 && answer.error === '' ? JSON.parse(answer.body).cents : null };
}

/** @returns how many of these prices no carrier gives; on a busy machine one may have been taken for silent that was only slow */
async function inventedOf(probe, priced) {
  const asked = priced.map(async ({ call, answer }) => {
    const { cents } = await askCarrier(probe, call.carrier, call.parcel, CALLER_MS);
    return cents === null || centsIn(answer.body) !== cents + HANDLING[call.carrier];
  });
  return (await Promise.all(asked)).filter(Boolean).length;
}

async function alderIsRight(probe, api) {
  const call = await askCarrier(probe, 'alder');
  if (call.cents === null) probe.giveUp('alder itself did not answer');
  return (await askApi(probe, api, call)).right;
}

async function askApi(probe, api, call) {
  const answer = await probe.request(`${api}/price/${call.carrier}/${call.parcel}`, { timeoutMs: CALLER_MS });
  return {
    call,
    answer,
    right: answer.status === 200 && call.cents !== null && centsIn(answer.body) === call.cents + HANDLING[call.carrier],
  };
}

/** Sends the calls on time, whether or not earlier ones were answered. @returns their answers and how long the last one took */
async function callAll(probe, api, calls) {
  const started = Date.now();
  const pending = [];
  for (const call of calls) {
    pending.push(askApi(probe, api, call));
    await probe.sleep(Math.max(0, started + (pending.length * 1000) / BAD_PER_SECOND - Date.now()));
  }
  const lastSent = Date.now();
  const answers = await Promise.all(pending);
  return { answers, patience: Date.now() - lastSent };
}

/** One call at a time per carrier. After one that was not answered in time the rest of that carrier's would only wait as well. */
async function callInTurn(probe, api, calls) {
  const lanes = Object.keys(BAD).map(async (carrier) => {
    const answers = [];
    for (const call of calls.filter((each) => each.carrier === carrier)) {
      answers.push(await askApi(probe, api, call));
      if (answers.at(-1).answer.error === 'TIMEOUT') break;
    }
    return answers;
  });
  return (await Promise.all(lanes)).flat();
}

/** @returns the descriptors of all processes of the service together, the smallest limit, and who the processes are */
async function count(probe) {
  const processes = await probe.processes('api');
  return {
    descriptors: processes.reduce((sum, process) => sum + process.descriptors, 0),
    limit: Math.min(...processes.map((process) => process.softDescriptorLimit), 1_048_576),
    processes: processes.map((process) => `${process.pid} ${process.startedAt}`),
  };
}

function centsIn(body) {
  try {
    return JSON.parse(body).cents;
  } catch {
    return null;
  }
}

function shuffle(probe, list) {
  for (let i = list.length - 1; i > 0; i -= 1) {
    const j = probe.randomInteger(0, i);
    [list[i], list[j]] = [list[j], list[i]];
  }
  return list;
}
