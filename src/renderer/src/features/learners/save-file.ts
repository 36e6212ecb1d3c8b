/** Hands a text to the browser as a download. */
export function saveFile(fileName: string, content: string): void {
  const address = URL.createObjectURL(new Blob([content], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName;
  link.click();
  // Not at once: the download reads the address only after this task.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
