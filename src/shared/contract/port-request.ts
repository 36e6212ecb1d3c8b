/** What the desktop page asks the main process for, through the preload: the only IPC message there is. */
import * as z from 'zod';
import { Id } from './values.ts';

/** Made up by the page; comes back with the port. */
const Nonce = z.string().min(16).max(64);

/** A port for calls, or one that is bound to one terminal for its whole life. */
export const PortRequest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('rpc'), terminalId: z.null(), nonce: Nonce }),
  z.strictObject({ kind: z.literal('terminal'), terminalId: Id, nonce: Nonce }),
]);
export type PortRequest = z.infer<typeof PortRequest>;
