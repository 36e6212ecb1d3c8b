/** Whatever price is given must be the carrier's own and our handling. Calls without an answer are not counted here. */
const HANDLING_ALDER = 120;

export default async function prices(probe) {
  const looks = Array.from({ length: 6 }, async () => {
    const parcel = probe.randomInteger(1, 999_999_999);
    const direct = await probe.request(`${probe.url('carriers', 9001)}/price/${parcel}`, { timeoutMs: 3000 });
    if (direct.status !== 200) probe.giveUp('alder itself did not answer');
    const answer = await probe.request(`${probe.url('api', 8080)}/price/alder/${parcel}`, {
      timeoutMs: 3000,
    });
    const expected = `"cents":${JSON.parse(direct.body).cents + HANDLING_ALDER}`;
    return answer.status === 200 && !answer.body.replaceAll(' ', '').includes(expected);
  });
  return { wrong: (await Promise.all(looks)).filter(Boolean).length };
}
