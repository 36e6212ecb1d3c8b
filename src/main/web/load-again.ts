/**
 * A small script in the head of the page. While a container or a network comes or goes, a browser on this machine sees its
 * network change and gives up the requests that are under way (Chromium: ERR_NETWORK_CHANGED). For a page it tries again by
 * itself; for the page's own files it does not, and without them nobody else in the page could.
 */
import { createHash } from 'node:crypto';

/** Where one tab counts its attempts. */
const KEY = 'ops-lab:loaded-again';
/** After so many reloads in a row the person is told; with the waits below that is after about eight seconds. */
const ATTEMPTS = 5;
const FIRST_WAIT_MS = 250;

const SCRIPT = `
{
  let missing = 0;
  const note = ({ target }) => {
    if (target instanceof HTMLScriptElement || (target instanceof HTMLLinkElement && target.rel !== 'icon')) missing += 1;
  };
  // Not for what is fetched later: the page then holds what a person has typed.
  addEventListener('error', note, true);
  addEventListener('load', () => {
    removeEventListener('error', note, true);
    const attempts = Number(sessionStorage.getItem('${KEY}'));
    sessionStorage.removeItem('${KEY}');
    if (missing === 0) return;
    if (attempts < ${ATTEMPTS}) {
      sessionStorage.setItem('${KEY}', attempts + 1);
      setTimeout(() => location.reload(), ${FIRST_WAIT_MS} * 2 ** attempts);
      return;
    }
    const make = (name, text, look) => Object.assign(document.createElement(name), { textContent: text, className: look });
    const again = make('button', 'Load it again', 'btn primary');
    again.addEventListener('click', () => location.reload());
    const main = document.createElement('main');
    main.setAttribute('role', 'alert');
    // Its own sheet may be what is missing.
    main.style.cssText = 'display: grid; gap: 1rem; justify-items: start; box-sizing: border-box; max-width: 40rem; margin: 15vh auto; padding: 1rem; font-family: system-ui, sans-serif';
    main.append(
      make('h1', 'The page did not arrive', 'h-page'),
      make('p', 'Some of its files could not be loaded. See whether Ops Lab still runs in its terminal.', 'mid'),
      again,
    );
    document.body.replaceChildren(main);
  });
}
`;

/** The source expression by which the page's policy admits this script and no other inline one. */
export const LOAD_AGAIN_SOURCE = `'sha256-${createHash('sha256').update(SCRIPT).digest('base64')}'`;

/** @param index index.html @returns it with the script ahead of everything that is fetched */
export function withLoadAgain(index: string): string {
  return index.replace('<head>', (head) => `${head}<script>${SCRIPT}</script>`);
}
