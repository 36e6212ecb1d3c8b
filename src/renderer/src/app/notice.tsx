/** The one notice under the title bar: the last thing that failed or needs saying. It stays until it is closed. */
import { X } from 'lucide-react';
import { IconButton } from '../ui/button.tsx';
import { createStore, useStore } from '../ui/store.ts';
import { VerdictGlyph } from '../ui/verdict.tsx';
import { type ErrorWords, errorWords } from './error-words.ts';

/** `failed`: it is about an action, and goes when another one begins. */
const notice = createStore<{ readonly words: ErrorWords; readonly failed: boolean } | null>(null);

/** Shows the words of a failure. */
export function reportFailure(error: unknown): void {
  notice.set({ words: errorWords(error), failed: true });
}

/** Shows something that needs saying and is nobody's failure. */
export function showNotice(words: ErrorWords): void {
  notice.set({ words, failed: false });
}

function clearNotice(): void {
  notice.set(null);
}

/**
 * Runs an action of the learner's; a failure is shown and swallowed. What an earlier one said goes when this one begins, and
 * not when it succeeds: another may have failed meanwhile.
 * @returns what it answered, or undefined
 */
export async function attempt<T>(action: Promise<T>): Promise<T | undefined> {
  if (notice.get()?.failed) clearNotice();
  try {
    return await action;
  } catch (error) {
    reportFailure(error);
    return undefined;
  }
}

export function NoticeBar() {
  const words = useStore(notice)?.words;
  if (!words) return null;
  return (
    <div className="note notyet" role="alert">
      <VerdictGlyph verdict="not-yet" lamp />
      <div>
        <strong>{words.title}.</strong>
        <p>
          {words.message} {words.next}
        </p>
      </div>
      <IconButton label="Close this notice" onPress={clearNotice}>
        <X className="i" aria-hidden />
      </IconButton>
    </div>
  );
}
