/** What screen readers are told, politely, when something changes by itself. */
import { createStore, useStore } from '../ui/store.ts';

const message = createStore({ text: '', number: 0 });

export function announce(text: string): void {
  message.update(({ number }) => ({ text, number: number + 1 }));
}

export function Announcer() {
  const { text, number } = useStore(message);
  return (
    <div className="sr" role="status" aria-live="polite" aria-label="Announcements">
      {/* Another element each time: the same words, said again, are read again. */}
      <span key={number}>{text}</span>
    </div>
  );
}
