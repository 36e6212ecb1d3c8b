/** What the system hands to the app from outside: links `ops-lab://lab/ID` and learner files. Both only ever show something. */
import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { App } from 'electron';
import { LabId } from '../../shared/contract/values.ts';
import { UI_URL } from './app-url.ts';

export const DEEP_LINK_SCHEME = 'ops-lab';
const LEARNER_FILE = /\.opslab$/i;
const LINK = /^ops-lab:\/\/lab\/([^/?#]{1,64})\/?$/i;

export type Opened = { readonly kind: 'lab'; readonly labId: string } | { readonly kind: 'learner-file'; readonly path: string };

/** The lab that a link names; null for anything that is not exactly `ops-lab://lab/ID`: no query, no fragment, no other path. */
export function labOfLink(text: string): string | null {
  const labId = LabId.safeParse(LINK.exec(text)?.[1]);
  return labId.success ? labId.data : null;
}

/** The path in an argument: desktops give files as `file:` URLs. Null for a malformed one, and for one on another machine. */
function pathOf(argument: string, folder: string): string | null {
  if (!/^file:/i.test(argument)) return isAbsolute(argument) ? argument : resolve(folder, argument);
  try {
    const url = new URL(argument);
    // `localhost` is taken out by URL itself.
    return url.host === '' ? fileURLToPath(url) : null;
  } catch {
    return null;
  }
}

/**
 * What a command line asks to be shown: the last argument, when it is a link or a learner file. Everything else of it is ignored:
 * another program may have written it.
 * @param folder that a relative path starts from
 */
export function openedThing(argv: readonly string[], folder: string): Opened | null {
  const last = argv.at(-1) ?? '';
  const labId = labOfLink(last);
  if (labId !== null) return { kind: 'lab', labId };
  const path = last === '' || last.startsWith('-') ? null : pathOf(last, folder);
  return path !== null && LEARNER_FILE.test(path) && !path.includes('\0') ? { kind: 'learner-file', path } : null;
}

/** The page of a lab in the catalog, where it waits to be started. */
export function labPage(labId: string): string {
  return `${UI_URL}#/labs/${labId}`;
}

export const LEARNERS_PAGE = `${UI_URL}#/learners`;

/** What the system asks to be shown, also before the app can: while the core opens, a first or a second start may be given something. */
export class OpenedThings {
  readonly #early: Opened[] = [];
  #show: ((thing: Opened) => void) | null = null;

  constructor(app: Pick<App, 'on'>) {
    app.on('second-instance', (_event, argv, folder) => this.push(openedThing(argv.slice(1), folder)));
    // macOS tells by events, which may come before the app is ready.
    app.on('open-url', (event, url) => {
      event.preventDefault();
      const labId = labOfLink(url);
      this.push(labId === null ? null : { kind: 'lab', labId });
    });
    app.on('open-file', (event, path) => {
      event.preventDefault();
      this.push(openedThing([path], process.cwd()));
    });
  }

  push(thing: Opened | null): void {
    if (thing === null) return;
    if (this.#show === null) this.#early.push(thing);
    else this.#show(thing);
  }

  /** Calls `show` for what has come so far, and for each that comes. */
  showWith(show: (thing: Opened) => void): void {
    this.#show = show;
    for (const thing of this.#early.splice(0)) show(thing);
  }
}
