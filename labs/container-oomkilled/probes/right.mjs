/** Random users, compared with what the database says of them. */
import { isRight, listOf, pixelsOf, truth, waitUntilUp } from './users.mjs';

const USERS = 6;

export default async function right(probe) {
  const { service, port } = probe.args;
  const base = probe.url(service, port);
  await waitUntilUp(probe, base, 10_000);
  const ids = Array.from({ length: USERS }, () => probe.randomInteger(1, 999_999_999));
  const rows = await truth(probe, ids);
  const answer = await probe.request(`${base}/${service}?ids=${ids.join(',')}`, { timeoutMs: 5000 });
  const shown = new Map(listOf(answer.body).map((user) => [user?.id, user]));
  let wrong = rows.filter((row) => !isRight(service, row, shown.get(row.id))).length;
  if (service === 'pictures') {
    const { length } = pixelsOf(rows[0].name);
    const pixels = await probe.request(`${base}/pixels?ids=${rows[0].id}`, { timeoutMs: 5000 });
    if (pixels.status !== 200 || Number(pixels.headers['content-length'] ?? length) !== length) wrong += 1;
  }
  return { wrong };
}
