import type { Terminal } from '@xterm/xterm';
import { loadAgain } from '../../ui/load-again.ts';
import { hasGraphicsUnit } from './appearance.ts';

/**
 * Lets the graphics unit draw a terminal, where there is one and its code arrives; else xterm goes on with elements.
 * @param isGone whether the terminal was disposed meanwhile
 */
export async function drawWithWebgl(terminal: Terminal, isGone: () => boolean): Promise<void> {
  if (!hasGraphicsUnit()) return;
  const addon = await loadAgain(() => import('@xterm/addon-webgl')).catch(() => null);
  if (addon === null || isGone()) return;
  const webgl = new addon.WebglAddon();
  // Without this xterm keeps drawing into a lost context; disposing goes back to elements.
  webgl.onContextLoss(() => webgl.dispose());
  terminal.loadAddon(webgl);
}
