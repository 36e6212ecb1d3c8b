/** A path as a shell takes it: in quotes when it has more than plain characters. */
function quoted(path: string): string {
  return /^[\w./~:@+-]+$/.test(path) ? path : `"${path}"`;
}

/**
 * What is said at the end about sessions that go on without the host.
 * @param usual the data directory that commands take when none is named
 */
export function keptSessions(count: number, dataDirectory: string, usual: string): string {
  const what = count === 1 ? '1 session keeps' : `${count} sessions keep`;
  const where = dataDirectory === usual ? '' : ` --data-dir ${quoted(dataDirectory)}`;
  return `${what} running: start Ops Lab again to go on, or end them with npm run lab -- clean${where}`;
}
