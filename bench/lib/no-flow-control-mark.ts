/** Where the bundle has the water mark above which a pty is paused; see no-flow-control.mjs. */
export const HIGH_MARK = /highMark: [\d._e]+,/;
