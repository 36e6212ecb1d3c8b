import { ask } from '../../ui/dialog.tsx';
import { count, formatBytes } from '../../ui/format.ts';
import { MAX_PASTE_BYTES } from './paste.ts';

const SHOWN_LINES = 12;

/** Asks before a paste that the shell would run line by line; says so when one is too long to be pasted. */
export function confirmPaste(why: 'lines' | 'too-long', text: string): Promise<boolean> {
  if (why === 'too-long') {
    return ask({
      title: 'Too much to paste',
      body: `A paste may have ${formatBytes(MAX_PASTE_BYTES)}. Nothing was pasted. Save the text as a file in the editor instead.`,
      confirm: 'Understood',
      cancel: 'Close',
    });
  }
  const lines = text.replace(/\r+$/, '').split('\r');
  return ask({
    title: `Paste ${count(lines.length, 'line')} into the shell?`,
    body: (
      <>
        <p>The program in this terminal does not hold pastes back: each line is run as soon as it arrives.</p>
        <pre className="mono scroll">
          {lines.slice(0, SHOWN_LINES).join('\n')}
          {lines.length > SHOWN_LINES && `\n… ${count(lines.length - SHOWN_LINES, 'more line')}`}
        </pre>
      </>
    ),
    confirm: 'Paste and run',
    cancel: 'Do not paste',
  });
}
