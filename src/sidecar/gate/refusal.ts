/** What the gate answers instead of doing what was asked: a status of the Engine API and a sentence for the learner. */
export class Refusal extends Error {
  readonly status: number;
  /** The connection is closed after the answer, because where the request ends is in doubt. */
  readonly close: boolean;

  constructor(status: number, message: string, close = false) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.close = close;
  }
}

/** Not understood, or not well formed. */
export const bad = (message: string): Refusal => new Refusal(400, message);
/** The framing of the request is in doubt. */
export const broken = (message: string): Refusal => new Refusal(400, message, true);
/** Understood, and not allowed here. `message` says why. */
export const denied = (message: string): Refusal => new Refusal(403, message);
/** A number of the lab is used up. */
export const limited = (message: string): Refusal => new Refusal(403, `The lab's limit: ${message}`);
export const conflict = (message: string): Refusal => new Refusal(409, message);

const NOUN = { container: 'container', network: 'network', volume: 'volume', image: 'image', exec: 'exec instance' } as const;

/**
 * The answer for what does not exist in this session. Whether it exists elsewhere makes no difference: same status, same words.
 * @param reference as the learner wrote it
 */
export function missing(kind: keyof typeof NOUN, reference: string): Refusal {
  const words = {
    container: `No such container: ${reference}`,
    network: `network ${reference} not found`,
    volume: `get ${reference}: no such volume`,
    image: `No such image: ${reference}`,
    exec: `No such exec instance: ${reference}`,
  };
  return new Refusal(404, words[kind]);
}
