import { implement } from '@orpc/server';
import { contract } from '../../shared/contract/contract.ts';
import { OpsLabError } from '../../shared/contract/errors.ts';
import type { Caller, Core } from '../core/core.ts';
import { authorise } from './authorise.ts';
import { toWireError } from './wire-errors.ts';

export type HostKind = 'electron' | 'web' | 'memory';

/** What a call is made with. The host decides it from the connection; nothing of it comes from the caller. */
export interface ApiContext {
  readonly core: Core;
  /** Asked at each call: the person at the machine may have switched learners. */
  readonly caller: () => Caller;
  readonly host: HostKind;
  /** Counts of this connection. */
  readonly connection: { calls: number; streams: number };
}

/** Calls that one connection may have under way, and event streams that it may hold open. */
export const MAX_CALLS = 64;
export const MAX_STREAMS = 4;

/** Around every call: the limit, then authorisation, then (inside `next`) validation. All failures leave with a code. */
export const api = implement(contract)
  .$context<ApiContext>()
  .use(async ({ context, next, path }, input) => {
    const { connection } = context;
    try {
      if (connection.calls >= MAX_CALLS) {
        throw new OpsLabError('limit', `More than ${MAX_CALLS} calls are under way on this connection. Wait for some to end.`, {}, true);
      }
      connection.calls++;
      try {
        authorise(context.caller(), path.join('.'), input);
        return await next();
      } finally {
        connection.calls--;
      }
    } catch (error) {
      throw toWireError(error, path);
    }
  });
