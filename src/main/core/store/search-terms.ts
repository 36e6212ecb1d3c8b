/** What is typed into the history's search box, made into a query. Nothing that is typed can be a syntax error. */

/** FTS5's trigram index finds any three characters in a row; shorter words are looked up without it. */
const TRIGRAM = 3;

export interface SearchTerms {
  /** An FTS5 query that every match satisfies; null when no word is long enough. */
  readonly match: string | null;
  /** LIKE patterns, with `\` as the escape character, that a match satisfies as well. */
  readonly like: readonly string[];
}

/**
 * Words are separated by blanks; a command matches when it contains each of them, in any order, anywhere, whatever the
 * case. Quotes, hyphens, asterisks and the like are looked for as they are.
 */
export function searchTerms(text: string): SearchTerms {
  const words = text.split(/[\s\0]+/u).filter((word) => word !== '');
  const long = words.filter((word) => [...word].length >= TRIGRAM);
  const short = words.filter((word) => [...word].length < TRIGRAM);
  return {
    match: long.length === 0 ? null : long.map((word) => `"${word.replaceAll('"', '""')}"`).join(' '),
    like: short.map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`),
  };
}
