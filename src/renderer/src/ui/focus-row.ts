/**
 * Puts the focus on a row of a table of React Aria, which scrolls it into view. Its own keys go on from there.
 * @param table class of the table @param key id of the row
 */
export function focusRow(table: string, key: string | number): void {
  const row = document.querySelector<HTMLElement>(`.${table} [role="row"][data-key="${CSS.escape(String(key))}"]`);
  row?.focus();
}
