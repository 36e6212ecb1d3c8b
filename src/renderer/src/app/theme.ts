/** Which theme the page shows. Terminals and editors subscribe to `theme`. */
import type { Settings } from '../connection/client.ts';
import { createStore } from '../ui/store.ts';

export type Theme = 'dark' | 'light';

const systemIsLight = window.matchMedia('(prefers-color-scheme: light)');
let chosen: Settings['theme'] = 'dark';

export const theme = createStore<Theme>('dark');

function show(): void {
  const next: Theme = chosen === 'system' ? (systemIsLight.matches ? 'light' : 'dark') : chosen;
  document.documentElement.dataset.theme = next;
  theme.set(next);
}

systemIsLight.addEventListener('change', show);

export function chooseTheme(setting: Settings['theme']): void {
  chosen = setting;
  show();
}
