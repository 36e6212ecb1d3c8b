/**
 * The constants of the terminal channel's flow control, in bytes of pty output on both sides.
 *
 * Invariant: `ackEvery <= lowMark < highMark`. A viewer that owes at most `lowMark` always sends one more
 * acknowledgement, so a paused pty is always resumed; with `ackEvery > lowMark` it would wait for ever.
 *
 * Measured by `npm run bench` on two cores (headless Chromium, DOM renderer), against the same path without flow control: marks of
 * 500k/250k/50k carry 0.83 to 0.91 of it, 800k/600k/150k 0.94, these 0.96. From Ctrl-C in a flood to the prompt it takes 18, 18 and 28 ms.
 */
export const FLOW = {
  /** Above this many unacknowledged bytes the pty is paused. */
  highMark: 1_000_000,
  /** Below this many it is resumed. */
  lowMark: 800_000,
  /** A viewer acknowledges after parsing this many bytes. */
  ackEvery: 200_000,
} as const;

/** Sizes are clamped to these: columns and rows of a terminal. */
export const SIZE = { minCols: 2, maxCols: 500, minRows: 2, maxRows: 300 } as const;

/** Longest message that a viewer may send, in bytes. */
export const MAX_INPUT_BYTES = 64 * 1024;
