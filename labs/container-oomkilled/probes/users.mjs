/** What the probes of this lab share: what a right answer is, computed from the database's own row. */
const SIDE = 42;

function hashOf(name) {
  let hash = 2_166_136_261;
  for (const letter of name) hash = Math.imul(hash ^ letter.codePointAt(0), 16_777_619) >>> 0;
  return hash;
}

function pointsOf(name) {
  let hash = hashOf(name);
  let sum = 0;
  for (let month = 0; month < 60; month += 1) {
    hash = (Math.imul(hash, 1_664_525) + 1_013_904_223) >>> 0;
    sum += hash % 100;
  }
  return sum;
}

export function pixelsOf(name) {
  const hash = hashOf(name);
  const pixels = Buffer.alloc(SIDE * SIDE * 4);
  for (let place = 0; place < SIDE * SIDE; place += 1) {
    const block = Math.floor(place / SIDE / 6) * 6 + Math.floor((place % SIDE) / 6);
    pixels.writeUInt32BE(block === 0 || (hash >>> (block % 32)) & 1 ? ((hash << 8) | 255) >>> 0 : 0xff_ff_ff_ff, place * 4);
  }
  return pixels;
}

/** @returns whether an entry of the service's list is what it should say of this row */
export function isRight(service, row, shown) {
  if (shown?.id !== row.id || shown.name !== row.name) return false;
  if (service === 'members') return shown.points === pointsOf(row.name);
  return shown.colour === `#${(hashOf(row.name) & 0xff_ff_ff).toString(16).padStart(6, '0')}`;
}

export function listOf(body) {
  try {
    const list = JSON.parse(body);
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}

/** What the database itself says of these users; none of it is counted. */
export async function truth(probe, ids) {
  const answer = await probe.request(`${probe.url('database', 9002)}/users?ids=${ids.join(',')}`);
  if (answer.status !== 200) probe.giveUp('The database itself did not answer.');
  return listOf(answer.body);
}

/** A service that was just restarted may take a moment. One that does not come up is measured as it is. */
export async function waitUntilUp(probe, base, timeoutMs) {
  const end = Date.now() + timeoutMs;
  while (Date.now() < end) {
    const answer = await probe.request(`${base}/health`, { timeoutMs: 2000 });
    if (answer.status === 200) return;
    await probe.sleep(200);
  }
}
