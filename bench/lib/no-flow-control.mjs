// The built host without flow control, as a floor: `node --import .../no-flow-control.mjs out/main/web.js`. The pty is never paused.
import { registerHooks } from 'node:module';
import { HIGH_MARK } from './no-flow-control-mark.ts';

registerHooks({
  load: (url, context, next) => {
    const loaded = next(url, context);
    if (!loaded.source || !url.includes('/out/main/')) return loaded;
    const source = typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source);
    return { ...loaded, source: source.replace(HIGH_MARK, 'highMark: Number.MAX_SAFE_INTEGER,') };
  },
});
