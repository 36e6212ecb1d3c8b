import { expect, test } from 'vitest';
import { randomSubnet, withFreeSubnet } from './address-pool.ts';

const refusal = (message: string) => Object.assign(new Error(message), { statusCode: 403 });

test('the engine chooses the addresses as long as it has some', async () => {
  expect(await withFreeSubnet(async (subnet) => subnet)).toBeNull();
});

test('when the engine has none left, blocks are named until one is free', async () => {
  const asked: (string | null)[] = [];
  const got = await withFreeSubnet(async (subnet) => {
    asked.push(subnet);
    if (asked.length < 3) throw refusal('no address pool');
    return subnet;
  });
  expect(asked).toHaveLength(3);
  expect(asked[0]).toBeNull();
  expect(got).toBe(asked[2]);
});

test('what the engine said first is told when nothing helps; a failure without an answer is not tried again', async () => {
  let count = 0;
  const create = (error: () => Error) => async () => {
    count++;
    throw error();
  };
  await expect(withFreeSubnet(create(() => refusal(`refusal ${count}`)))).rejects.toThrow('refusal 1');
  count = 0;
  await expect(withFreeSubnet(create(() => new Error('no engine')))).rejects.toThrow('no engine');
  expect(count).toBe(1);
});

test('blocks are whole and private', () => {
  for (let number = 0; number < 200; number++) {
    const [, second, last] = /^10\.(\d+)\.\d{1,3}\.(0|64|128|192)\/26$/.exec(randomSubnet()) ?? [];
    expect(Number(second)).toBeGreaterThanOrEqual(64);
    expect(Number(second)).toBeLessThan(128);
    expect(last).toBeDefined();
  }
});
