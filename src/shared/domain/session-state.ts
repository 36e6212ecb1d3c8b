/**
 * The states of a session and the moves between them. Pure.
 *
 * preparing -> starting -> running -> stopping -> stopped; `failed` from any state that was under way; `lost` when the
 * session's containers or processes are gone without us having stopped them (the engine or the machine was restarted).
 */
export type SessionState = 'preparing' | 'starting' | 'running' | 'stopping' | 'stopped' | 'failed' | 'lost';

const MOVES: Readonly<Record<SessionState, readonly SessionState[]>> = {
  preparing: ['starting', 'stopping', 'failed'],
  starting: ['running', 'stopping', 'failed', 'lost'],
  running: ['stopping', 'failed', 'lost'],
  stopping: ['stopped', 'failed'],
  stopped: [],
  failed: ['stopping'],
  lost: ['stopping', 'running'],
};

/** @returns whether a session may go from one state to the other */
export function canMove(from: SessionState, to: SessionState): boolean {
  return MOVES[from].includes(to);
}

/** True while containers or processes of the session may exist. */
export function isLive(state: SessionState): boolean {
  return state !== 'stopped' && state !== 'failed';
}
