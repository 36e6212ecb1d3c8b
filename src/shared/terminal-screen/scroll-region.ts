/** The rows within which lines scroll, which xterm.js tells nobody. */
import type { Xterm } from './xterm.ts';

const ALTERNATE_SCREENS = [47, 1047, 1049];

export class ScrollRegion {
  readonly #terminal: Xterm;
  readonly #regions: { normal: string | null; alternate: string | null } = { normal: null, alternate: null };

  /** Notes sequences in passing; its handlers return false, so that the terminal handles them itself. */
  constructor(terminal: Xterm) {
    this.#terminal = terminal;
    terminal.parser.registerCsiHandler({ final: 'r' }, ([top, bottom]) => {
      const { rows } = terminal;
      const first = typeof top === 'number' && top > 0 ? top : 1;
      const last = typeof bottom === 'number' && bottom > 0 ? Math.min(bottom, rows) : rows;
      if (first < last) this.#regions[terminal.buffer.active.type] = first > 1 || last < rows ? `${first};${last}` : null;
      return false;
    });
    terminal.parser.registerCsiHandler({ intermediates: '!', final: 'p' }, () => {
      this.#regions[terminal.buffer.active.type] = null;
      return false;
    });
    terminal.parser.registerCsiHandler({ prefix: '?', final: 'l' }, (params) => {
      // The alternate screen is cleared with its region when it is left.
      if (params.some((mode) => typeof mode === 'number' && ALTERNATE_SCREENS.includes(mode))) this.#regions.alternate = null;
      return false;
    });
    terminal.parser.registerEscHandler({ final: 'c' }, () => {
      this.reset();
      return false;
    });
  }

  /** Of the screen that is shown, as the parameters of DECSTBM; null when all rows scroll. */
  get current(): string | null {
    return this.#regions[this.#terminal.buffer.active.type];
  }

  /** To be called when the terminal is resized or reset, which gives it all rows again. */
  reset(): void {
    this.#regions.normal = null;
    this.#regions.alternate = null;
  }
}
