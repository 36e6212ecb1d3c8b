// What vite builds the app from: the three parts of electron.vite.config.ts.
import { resolveConfig } from 'electron-vite';

/** Declares `require` in every chunk that mentions one. Our sources are ES modules and declare their own where they need it. */
const SHIM = 'vite:esm-shim';

/** @param {import('vite').InlineConfig | undefined} part @returns {import('vite').InlineConfig} */
function withoutShim(part) {
  if (part === undefined) throw new Error('electron.vite.config.ts is not complete');
  const plugins = (part.plugins ?? []).filter((plugin) => !(plugin && 'name' in plugin && plugin.name === SHIM));
  return { ...part, plugins, configFile: false };
}

/**
 * @param {'build' | 'serve'} command
 * @param {import('vite').InlineConfig['build']} build options for all parts; `outDir` is the folder for main/, preload/ and renderer/
 * @returns {Promise<{ main: import('vite').InlineConfig, preload: import('vite').InlineConfig, renderer: import('vite').InlineConfig }>}
 */
export async function appConfig(command, build) {
  const mode = command === 'build' ? 'production' : 'development';
  // electron-vite's own commands set this; its presets look at it.
  process.env.NODE_ENV_ELECTRON_VITE = mode;
  const { config } = await resolveConfig({ build, logLevel: 'warn' }, command, mode);
  return { main: withoutShim(config?.main), preload: withoutShim(config?.preload), renderer: withoutShim(config?.renderer) };
}
