/**
 * Names per session. On the engine everything is called `ops-lab-SESSION.NAME` (an image `ops-lab-session-SESSION/NAME`),
 * so that two learners may both have an `api`; in every answer that prefix is taken off again.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { bad, denied } from './refusal.ts';

/** No learner may use labels that begin so. */
export const RESERVED_LABELS = 'io.ops-lab.';
/** Names the session. */
export const SESSION_LABEL = 'io.ops-lab.session';
/** Carries the authentication code. */
export const CODE_LABEL = 'io.ops-lab.gate';

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/;
const RESERVED = /^(ops-?lab|gate\b|gateway$|localhost$|host$|bridge$|none$|default$|host\.docker\.internal|gateway\.docker\.internal)/i;

export class Names {
  readonly #prefix: string;
  readonly #repository: string;
  readonly #secret: string;
  readonly #sessionId: string;
  readonly #reserved: ReadonlySet<string>;

  constructor(sessionId: string, secret: string, reserved: readonly string[] = []) {
    this.#sessionId = sessionId;
    this.#prefix = `ops-lab-${sessionId}.`;
    this.#repository = `ops-lab-session-${sessionId}/`;
    this.#secret = secret;
    this.#reserved = new Set(reserved.map((name) => name.toLowerCase()));
  }

  /** @param what for the message: `container`, `network`, `volume` @throws Refusal */
  check(what: string, name: string): string {
    if (!NAME.test(name)) {
      throw bad(`Invalid ${what} name (${name.slice(0, 80)}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed, at most 63 characters`);
    }
    if (/^[0-9a-f]{12,}$/i.test(name)) throw denied(`${name} looks like an id. Choose a ${what} name that is not only hex digits.`);
    if (this.isReserved(name)) throw denied(`The name ${name} is reserved by the lab. Choose another ${what} name.`);
    return name;
  }

  isReserved(name: string): boolean {
    // Resolvers take a dot at the end for nothing.
    const plain = name.replace(/\.+$/, '').toLowerCase();
    return RESERVED.test(plain) || this.#reserved.has(plain);
  }

  mangle(name: string): string {
    return this.#prefix + name;
  }

  /** @param reference repository and tag as checked by `imageReference` */
  mangleImage(reference: string): string {
    return this.#repository + reference;
  }

  /** Takes the session's prefix off wherever it occurs: in names, messages, build output. */
  plain(text: string): string {
    return text.replaceAll(this.#prefix, '').replaceAll(this.#repository, '');
  }

  /** The code that proves that a label was set by this session's gate. */
  code(type: string, name: string): string {
    return createHmac('sha256', this.#secret).update(`${this.#sessionId}\n${type}\n${name}`).digest('hex');
  }

  verify(type: string, name: string, code: string | undefined): boolean {
    const expected = Buffer.from(this.code(type, name));
    const given = Buffer.from(code ?? '');
    return given.length === expected.length && timingSafeEqual(given, expected);
  }
}

/** @returns `name:tag` in its short form @throws Refusal for what is no reference, or names a registry */
export function imageReference(text: string): string {
  const match = /^([a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*)(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?$/.exec(
    text.replace(/^(?:docker\.io\/library\/|docker\.io\/|library\/)/, ''),
  );
  if (!match?.[1] || match[1].length > 120) throw bad(`invalid reference format: ${text.slice(0, 80)}`);
  const [first = '', ...rest] = match[1].split('/');
  if (rest.length > 0 && (first.includes('.') || first === 'localhost')) {
    throw denied(`${text} names a registry (${first}). This lab works without a network: use a name without a registry.`);
  }
  return `${match[1]}:${match[2] ?? 'latest'}`;
}

const LEFT = 'amazing brave calm clever eager fervent gentle happy keen lucid nice quirky serene sharp stoic trusting vivid wise'.split(
  ' ',
);
const RIGHT = 'babbage bell bohr curie darwin euler fermi gauss hopper lamport lovelace noether pascal ritchie turing wozniak'.split(' ');

/** A name for a container that got none, as engines give them. */
export function inventName(taken: (name: string) => boolean): string {
  const pick = (words: readonly string[]): string => words[Math.floor(Math.random() * words.length)] ?? 'calm';
  for (let attempt = 0; ; attempt += 1) {
    const name = `${pick(LEFT)}_${pick(RIGHT)}${attempt > 3 ? attempt : ''}`;
    if (!taken(name)) return name;
  }
}
