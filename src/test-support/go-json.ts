/** Decodes JSON as Go's encoding/json fills a struct: names fold, later values win, objects merge, what follows is ignored. */

export type GoValue = null | boolean | number | string | GoValue[] | { [key: string]: GoValue };

/** As `strings.EqualFold` would call them equal: lower case, with the two letters outside of ASCII that fold into it. */
export function fold(key: string): string {
  return key.replaceAll('ſ', 's').replaceAll('\u212a', 'k').toLowerCase();
}

/** @throws SyntaxError where Go would give up, too */
export function goDecode(text: string): GoValue {
  let at = 0;
  const skip = (): void => {
    while (/\s/.test(text[at] ?? '')) at += 1;
  };
  const string = (): string => {
    const end = /^"(?:[^"\\]|\\.)*"/s.exec(text.slice(at));
    if (!end) throw new SyntaxError('string');
    at += end[0].length;
    return JSON.parse(end[0]) as string;
  };
  const merge = (old: GoValue | undefined, next: GoValue): GoValue =>
    typeof old === 'object' && old !== null && !Array.isArray(old) && typeof next === 'object' && next !== null && !Array.isArray(next)
      ? Object.assign({}, old, Object.fromEntries(Object.entries(next).map(([key, value]) => [key, merge(old[key], value)])))
      : next;
  const value = (): GoValue => {
    skip();
    if (text[at] === '{') {
      at += 1;
      const result: { [key: string]: GoValue } = {};
      skip();
      while (text[at] !== '}') {
        const key = fold(string());
        skip();
        at += 1;
        result[key] = merge(result[key], value());
        skip();
        if (text[at] === ',') at += 1;
        else if (text[at] !== '}') throw new SyntaxError('object');
        skip();
      }
      at += 1;
      return result;
    }
    if (text[at] === '[') {
      at += 1;
      const items: GoValue[] = [];
      skip();
      while (text[at] !== ']') {
        items.push(value());
        skip();
        if (text[at] === ',') at += 1;
        else if (text[at] !== ']') throw new SyntaxError('array');
        skip();
      }
      at += 1;
      return items;
    }
    if (text[at] === '"') return string();
    const word = /^(?:true|false|null|-?[\d.eE+-]+)/.exec(text.slice(at))?.[0];
    if (word === undefined) throw new SyntaxError('value');
    at += word.length;
    return JSON.parse(word) as GoValue;
  };
  return value();
}
