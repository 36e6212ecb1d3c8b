/** What the rules need to know of the session: whose is what. */
import type { GateConfig } from '../config.ts';
import type { Ledger, OwnRow } from '../ledger.ts';
import { CODE_LABEL, imageReference, type Names } from '../names.ts';
import { denied, missing, Refusal } from '../refusal.ts';

export interface FoundNetwork {
  /** Full id, or `none`. */
  readonly id: string;
  /** As the learner calls it. */
  readonly name: string;
}

export interface FoundImage {
  readonly id: string;
  /** As the learner may see it. */
  readonly name: string;
  /** Made in this session. */
  readonly own: boolean;
}

export class PolicyContext {
  readonly config: GateConfig;
  readonly names: Names;
  readonly ledger: Ledger;

  constructor(config: GateConfig, names: Names, ledger: Ledger) {
    this.config = config;
    this.names = names;
    this.ledger = ledger;
  }

  /** @throws Refusal 404, the same for foreign and missing; 403 for the learner's own workstation */
  container(reference: string): OwnRow {
    const name = reference.replace(/^\//, '');
    const row = this.ledger.find('container', name);
    if (row) return row;
    if (this.#isTerminal(name)) {
      throw denied('This is the container of your terminal. The lab needs it as it is.');
    }
    throw missing('container', reference);
  }

  #isTerminal(reference: string): boolean {
    return /^[0-9a-f]{12,64}$/.test(reference) && this.config.terminalContainerId.startsWith(reference);
  }

  /** @throws Refusal */
  network(reference: string): FoundNetwork {
    const { sessionNetworkId } = this.config;
    if (reference === '' || reference === 'default' || reference === 'bridge' || reference === sessionNetworkId) {
      return { id: sessionNetworkId, name: 'bridge' };
    }
    if (reference === 'none') return { id: 'none', name: 'none' };
    if (reference === 'host') throw denied("network host is not allowed in this lab: it is this computer's own network.");
    const row = this.ledger.find('network', reference);
    if (row) return { id: row.id, name: row.name };
    if (/^[0-9a-f]{12,}$/.test(reference) && sessionNetworkId.startsWith(reference)) return { id: sessionNetworkId, name: 'bridge' };
    throw missing('network', reference);
  }

  /** An image of this session or of the lab. @throws Refusal */
  image(reference: string): FoundImage {
    const found = this.findImage(reference);
    if (found) return found;
    throw missing('image', reference.includes(':') || /^[0-9a-f]+$/.test(reference) ? reference : `${reference}:latest`);
  }

  findImage(reference: string): FoundImage | null {
    const tag = safely(() => imageReference(reference));
    if (tag !== null) {
      const own = this.ledger.own('image').find((row) => row.notes.tags?.includes(tag));
      if (own) return { id: own.id, name: tag, own: true };
      const allowed = this.config.allowedImages.find(({ name }) => name === tag);
      if (allowed) return { id: allowed.id, name: tag, own: false };
    }
    const prefix = reference.replace(/^(?:[^@]*@)?sha256:/, '');
    if (!/^[0-9a-f]{1,64}$/.test(prefix)) return null;
    const all = [
      ...this.ledger.own('image').map((row) => ({ id: row.id, name: row.notes.tags?.[0] ?? row.id, own: true })),
      ...this.config.allowedImages.map(({ id, name }) => ({ id, name, own: false })),
    ].filter(({ id }) => id.startsWith(`sha256:${prefix}`));
    const ids = new Set(all.map(({ id }) => id));
    return ids.size === 1 ? (all[0] ?? null) : null;
  }

  /** How the learner may see an image of which only the id is known. */
  imageName(id: string): string {
    const own = this.ledger.own('image').find((row) => row.id === id);
    return own?.notes.tags?.[0] ?? this.config.allowedImages.find((image) => image.id === id)?.name ?? id;
  }

  volume(reference: string): OwnRow {
    const row = this.ledger.own('volume').find(({ name }) => name === reference);
    if (row) return row;
    throw missing('volume', reference);
  }

  /** The labels of everything made here, beside the learner's own. */
  labels(kind: string, name: string): Record<string, string> {
    return { ...this.config.labels, [CODE_LABEL]: this.names.code(kind, name) };
  }
}

function safely<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}
