/**
 * Says whether the builder of an engine from 23 on reads a line of a Dockerfile as the start of a here-document: its words, with unknown
 * variables left alone, each against its pattern. Quotes and backslashes are kept there; what a version would see that takes them off
 * counts, too. Written for the oracle, from what that builder does and not from what the gate refuses.
 */

const IS_SPACE = /[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

class Lexer {
  readonly words: string[] = [];
  #word = '';
  #at = 0;
  readonly #text: string;
  readonly #raw: boolean;

  /** @param raw quotes and backslashes stay as they are */
  constructor(text: string, raw: boolean) {
    this.#text = text;
    this.#raw = raw;
  }

  /** @throws Error for a quote or a bracket without an end, where the builder finds no words at all */
  read(): string[] {
    while (this.#at < this.#text.length) {
      const letter = this.#text[this.#at] ?? '';
      if (letter === "'" || letter === '"') this.#word += this.#quoted(letter);
      else if (letter === '$') for (const one of this.#dollar()) this.#add(one);
      else if (letter === '\\') {
        this.#word += (this.#raw ? '\\' : '') + (this.#text[this.#at + 1] ?? '');
        this.#at += 2;
      } else {
        this.#add(letter);
        this.#at += 1;
      }
    }
    this.#end();
    return this.words;
  }

  #add(letter: string): void {
    if (IS_SPACE.test(letter)) this.#end();
    else this.#word += letter;
  }

  #end(): void {
    if (this.#word !== '') this.words.push(this.#word);
    this.#word = '';
  }

  #quoted(quote: string): string {
    let result = '';
    this.#at += 1;
    for (;;) {
      const letter = this.#text[this.#at];
      if (letter === undefined) throw new Error('a quote without an end');
      if (letter === quote) {
        this.#at += 1;
        return this.#raw ? quote + result + quote : result;
      }
      if (quote === '"' && letter === '$') {
        result += this.#dollar();
        continue;
      }
      if (quote === '"' && letter === '\\') {
        const next = this.#text[this.#at + 1] ?? '';
        if (this.#raw) result += '\\';
        this.#at += 1;
        if (!['"', '$', '\\'].includes(next)) {
          if (!this.#raw) result += '\\';
          continue;
        }
      }
      result += this.#text[this.#at] ?? '';
      this.#at += 1;
    }
  }

  #dollar(): string {
    const rest = this.#text.slice(this.#at);
    const plain = /^\$(?:[0-9]+|[@*#?\-$!]|[\p{L}\p{Nd}_]*)/u.exec(rest)?.[0] ?? '$';
    if (rest[1] !== '{') {
      this.#at += plain.length;
      return plain;
    }
    const head = /^\$\{[\p{L}\p{Nd}_]*(:?[-+?#%]|\})/u.exec(rest);
    if (!head) throw new Error('bad substitution');
    this.#at += head[0].length;
    return head[1] === '}' ? head[0] : `${head[0]}${this.#upToBracket()}}`;
  }

  #upToBracket(): string {
    let result = '';
    for (;;) {
      const letter = this.#text[this.#at];
      if (letter === undefined) throw new Error('a bracket without an end');
      if (letter === '}') {
        this.#at += 1;
        return result;
      }
      if (letter === "'" || letter === '"') result += this.#quoted(letter);
      else if (letter === '$') result += this.#dollar();
      else {
        if (letter === '\\') this.#at += 1;
        result += this.#text[this.#at] ?? '';
        this.#at += 1;
      }
    }
  }
}

/** @param line an instruction, written in one line @returns whether the lines below it may be text for a builder */
export function hereDocument(line: string): boolean {
  if (!/^\s*(?:onbuild\s+)?(?:run|copy|add)\s/i.test(line)) return false;
  return [true, false].some((raw) => {
    try {
      return new Lexer(line, raw).read().some((word) => /^\d*<<-?[^<]+$/.test(word) && !/^\d*<<-$/.test(word));
    } catch {
      return false;
    }
  });
}
