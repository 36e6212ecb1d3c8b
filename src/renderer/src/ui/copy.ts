/** Puts text on the clipboard, also where the clipboard API is refused (plain HTTP on a LAN). Returns whether it worked. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text: string): boolean {
  const active = document.activeElement;
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'sr';
  document.body.append(area);
  area.select();
  const worked = document.execCommand('copy');
  area.remove();
  if (active instanceof HTMLElement) active.focus();
  return worked;
}
