/** IPv4 arithmetic for the rules about networks. */
import { isIPv4 } from 'node:net';

/** @param address IPv4 in plain form */
export function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** @returns null for what is no IPv4 block in its plain form */
export function parseBlock(text: string): { readonly first: number; readonly last: number; readonly bits: number } | null {
  const [address = '', bits = '', ...rest] = text.split('/');
  if (rest.length > 0 || !isIPv4(address) || !/^(?:\d|[12]\d|3[0-2])$/.test(bits)) return null;
  const size = 2 ** (32 - Number(bits));
  const first = Math.floor(toNumber(address) / size) * size;
  return { first, last: first + size - 1, bits: Number(bits) };
}

/** @param block such as 10.0.0.0/8 @returns false, too, where either is not IPv4 in its plain form */
export function contains(block: string, address: string): boolean {
  const range = parseBlock(block);
  if (!range || !isIPv4(address)) return false;
  const number = toNumber(address);
  return number >= range.first && number <= range.last;
}

/** Addresses that mean a machine's surroundings rather than a container: link-local, metadata, this host's virtual machine. */
export function isSurroundings(address: string): boolean {
  return ['0.0.0.0/8', '169.254.0.0/16', '192.168.65.0/24', '224.0.0.0/3'].some((block) => contains(block, address));
}
