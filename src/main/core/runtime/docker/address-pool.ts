/**
 * Addresses of a session's network. An engine as it comes has some thirty networks to give away, and then no more. The host has no
 * address on a session's network and no route to it, so any private range will do: when the engine has none left, we name one.
 */
import { randomInt } from 'node:crypto';
import { statusOf } from '../../engine/engine-error.ts';

/** More than enough, with 65 536 to choose from: the engine refuses one that another network has. */
const TRIES = 8;

/** @returns one of the blocks of 62 addresses in 10.64.0.0/10, such as `10.97.3.64/26` */
export function randomSubnet(): string {
  return `10.${randomInt(64, 128)}.${randomInt(256)}.${randomInt(4) * 64}/26`;
}

/**
 * @param create makes the network with this subnet, or, for null, with one that the engine chooses
 * @throws the engine's first refusal when no subnet is taken; any other failure at once
 */
export async function withFreeSubnet<T>(create: (subnet: string | null) => Promise<T>): Promise<T> {
  let refusal: unknown = null;
  for (let attempt = 0; attempt <= TRIES; attempt++) {
    try {
      return await create(attempt === 0 ? null : randomSubnet());
    } catch (error) {
      if (statusOf(error) === null) throw error;
      refusal ??= error;
    }
  }
  throw refusal;
}
