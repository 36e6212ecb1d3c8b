/** Text with the searched words marked. */
export function Marked({ text, words }: { text: string; words: readonly string[] }) {
  return splitByWords(text, words).map((part, index) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts have no other identity and no state
    part.hit ? <mark key={index}>{part.text}</mark> : <span key={index}>{part.text}</span>,
  );
}

/** Cuts a text at every occurrence of the words, without regard to case. */
export function splitByWords(text: string, words: readonly string[]): { text: string; hit: boolean }[] {
  const lower = text.toLowerCase();
  const parts: { text: string; hit: boolean }[] = [];
  let at = 0;
  // Some letters change length in lower case; positions would then be wrong.
  const usable = lower.length === text.length ? words.filter((word) => word !== '') : [];
  while (at < text.length) {
    let next = -1;
    let length = 0;
    for (const word of usable) {
      const found = lower.indexOf(word.toLowerCase(), at);
      if (found >= 0 && (next < 0 || found < next || (found === next && word.length > length))) {
        next = found;
        length = word.length;
      }
    }
    if (next < 0) break;
    if (next > at) parts.push({ text: text.slice(at, next), hit: false });
    parts.push({ text: text.slice(next, next + length), hit: true });
    at = next + length;
  }
  if (at < text.length) parts.push({ text: text.slice(at), hit: false });
  return parts;
}
