/** Regions of a screen, marked `data-region` with a name: F6 goes round them, Alt and a digit goes to one. */

const lastFocus = new WeakMap<Element, HTMLElement>();

function visibleRegions(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('[data-region]')].filter((region) => region.getClientRects().length > 0);
}

const FOCUSABLE =
  'a[href], button:not([disabled]), input:not([disabled]), textarea:not([disabled]), [tabindex="0"], [contenteditable="true"]';

/** Remembers where each region had the focus. Returns how to stop. */
export function rememberRegionFocus(): () => void {
  const onFocus = (event: FocusEvent) => {
    const target = event.target;
    const region = target instanceof HTMLElement ? target.closest('[data-region]') : null;
    if (region && target instanceof HTMLElement) lastFocus.set(region, target);
  };
  document.addEventListener('focusin', onFocus);
  return () => document.removeEventListener('focusin', onFocus);
}

function enter(region: HTMLElement): void {
  const last = lastFocus.get(region);
  if (last?.isConnected && region.contains(last)) {
    last.focus();
    return;
  }
  const preferred = region.querySelector<HTMLElement>('.xterm-helper-textarea, [data-region-start]');
  const first = preferred ?? region.querySelector<HTMLElement>(FOCUSABLE);
  if (first) first.focus();
  else {
    region.tabIndex = -1;
    region.focus();
  }
}

/** Moves the focus to the next (1) or previous (-1) region. */
export function stepRegion(step: 1 | -1): void {
  const regions = visibleRegions();
  const here = regions.findIndex((region) => region.contains(document.activeElement));
  const next = regions[(here + step + regions.length) % regions.length] ?? regions[0];
  if (next) enter(next);
}

export function isInRegion(name: string): boolean {
  return document.activeElement?.closest(`[data-region="${name}"]`) !== null && document.activeElement !== null;
}

/** Moves the focus into a region. False when it is not shown. */
export function goToRegion(name: string): boolean {
  const region = visibleRegions().find((candidate) => candidate.dataset.region === name);
  if (region) enter(region);
  return region !== undefined;
}
