/** Tells a person whose page has crashed what that means, once. */
import { showNotice } from './notice.tsx';

/** The desktop loads a page that has crashed again with `?recovered`. Says so, and takes the word out of the address. */
export function tellRecovery(page: Window): void {
  if (!new URLSearchParams(page.location.search).has('recovered')) return;
  page.history.replaceState(null, '', `${page.location.pathname}${page.location.hash}`);
  showNotice({
    title: 'This page had crashed and was loaded again',
    message: 'Your sessions went on, and their terminals are as they were.',
    next: 'What was typed in an editor is there too; save what is not saved yet.',
  });
}
