/** What screen readers are told, politely, when something changes by itself. */
import { createStore, useStore } from '../ui/store.ts';

const message = createStore('');

export function announce(text: string): void {
  message.set(text);
}

export function Announcer() {
  const text = useStore(message);
  return (
    <div className="sr" role="status" aria-live="polite" aria-label="Announcements">
      {text}
    </div>
  );
}
