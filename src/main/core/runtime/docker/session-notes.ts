/** What the engine would forget about a session's services, kept in the session's folder so that an adopted session goes on with it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MemoryKills } from './events.ts';

export interface ServiceNotes extends MemoryKills {
  /** Restarts before the engine last set its own count to zero. */
  earlierRestarts: number;
}

const FILE = 'docker-services.json';

/** @returns what an earlier host noted of each service; nothing when there are no notes, or none that can be read */
export function readNotes(folder: string): Map<string, ServiceNotes> {
  try {
    const notes = JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as Record<string, Partial<ServiceNotes>>;
    return new Map(
      Object.entries(notes).map(([name, { kills = 0, latestEnd = false, earlierRestarts = 0 }]) => [
        name,
        { kills, latestEnd, earlierRestarts },
      ]),
    );
  } catch {
    return new Map();
  }
}

/** Best effort: a full disk must not end a session. */
export function writeNotes(folder: string, notes: ReadonlyMap<string, ServiceNotes>): void {
  try {
    writeFileSync(join(folder, FILE), JSON.stringify(Object.fromEntries(notes)));
  } catch {
    // The counts start anew after a restart of the host, nothing else.
  }
}
