import type { Migration } from '../migrate.ts';
import { first } from './0001-first.ts';

/** In order, without gaps. A migration that was released is never edited: write the next one. */
export const MIGRATIONS: readonly Migration[] = [first];
