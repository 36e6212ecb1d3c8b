import { create } from './client.js';

const client = create({ timeout: 2000 });

const addresses = {
  alder: process.env.ALDER_URL,
  birch: process.env.BIRCH_URL,
  cedar: process.env.CEDAR_URL,
  dogwood: process.env.DOGWOOD_URL,
};

export function isCarrier(name) {
  return Object.hasOwn(addresses, name);
}

/**
 * Asks a carrier what a parcel costs.
 * @returns {Promise<{parcel: number, cents: number}>}
 */
export async function askCarrier(carrier, parcel) {
  const { data } = await client.get(`${addresses[carrier]}/price/${parcel}`);
  return data;
}
