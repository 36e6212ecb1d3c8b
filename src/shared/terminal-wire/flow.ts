/**
 * The constants of the terminal channel's flow control, in bytes of pty output on both sides.
 *
 * Invariant: `ackEvery <= lowMark < highMark`. A viewer that owes at most `lowMark` always sends one more
 * acknowledgement, so a paused pty is always resumed; with `ackEvery > lowMark` it would wait for ever.
 *
 * Measured (docs/performance.md): larger marks carry hardly more, and take longer to stop.
 */
export const FLOW = {
  /** Above this many unacknowledged bytes the pty is paused. */
  highMark: 500_000,
  /** Below this many it is resumed. */
  lowMark: 250_000,
  /** A viewer acknowledges after taking this many bytes. */
  ackEvery: 50_000,
} as const;

/** Sizes are clamped to these: columns and rows of a terminal. */
export const SIZE = { minCols: 2, maxCols: 500, minRows: 2, maxRows: 300 } as const;

/** Longest message that a viewer may send, in bytes. */
export const MAX_INPUT_BYTES = 64 * 1024;
