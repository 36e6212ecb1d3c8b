import { lineMatches } from '../labs/pattern.ts';

/**
 * How many of the patterns are shown by pinned lines, each by a line of its own: one line pinned twice, or one line that
 * happens to match two patterns, is one piece of evidence.
 * @throws OpsLabError `limit` for a pattern that takes too long
 */
export function piecesOfEvidence(patterns: readonly string[], lines: readonly string[]): number {
  const distinct = [...new Set(lines.map((line) => line.trim()))];
  const matches = patterns.map((pattern) => distinct.flatMap((line, index) => (lineMatches(pattern, line) ? [index] : [])));
  const takenBy = new Map<number, number>();
  /** Finds a line for a pattern, moving others to other lines where that helps. */
  const place = (pattern: number, tried: Set<number>): boolean =>
    (matches[pattern] ?? []).some((line) => {
      if (tried.has(line)) return false;
      tried.add(line);
      const holder = takenBy.get(line);
      if (holder !== undefined && !place(holder, tried)) return false;
      takenBy.set(line, pattern);
      return true;
    });
  return patterns.filter((_, pattern) => place(pattern, new Set())).length;
}
