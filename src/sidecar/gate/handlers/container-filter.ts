/** `docker ps --filter`, answered among the session's own containers. What is foreign matches nothing. */
import { bodyOf, listOf } from '../answers/scrub.ts';
import type { OwnRow } from '../ledger.ts';
import type { Filters } from '../policy/query.ts';
import { bad } from '../refusal.ts';
import type { GateSession } from '../session.ts';

interface Candidate {
  readonly row: OwnRow;
  readonly item: Record<string, unknown>;
}

/** `^` and `$` mean begin and end, as in the engine's patterns; the rest is taken as it is. */
export function nameMatches(pattern: string, name: string): boolean {
  const plain = pattern.replace(/^\^?\/?/, '').replace(/\$$/, '');
  const begins = pattern.startsWith('^');
  const ends = pattern.endsWith('$');
  if (begins && ends) return name === plain;
  if (begins) return name.startsWith(plain);
  return ends ? name.endsWith(plain) : name.includes(plain);
}

/** @param pattern `key` or `key=value`, as in `--filter label=…` */
export function labelMatches(pattern: string, labels: Readonly<Record<string, unknown>>): boolean {
  const [key = '', ...rest] = pattern.split('=');
  return Object.hasOwn(labels, key) && (rest.length === 0 || labels[key] === rest.join('='));
}

/** Labels have all to be there; of everything else one is enough, as on the engine. */
export function valuesMatch(key: string, values: readonly string[], test: (value: string) => boolean): boolean {
  return values.length === 0 || (key === 'label' ? values.every(test) : values.some(test));
}

function portMatches(wanted: string, port: unknown): boolean {
  const [range = ''] = wanted.split('/');
  const [first = 0, last = first] = range.split('-').map(Number);
  return Number(port) >= first && Number(port) <= last;
}

const PORTS = /^\d{1,5}(?:-\d{1,5})?(?:\/(?:tcp|udp|sctp))?$/;
/** What the engine takes as a value, where it does not take everything. */
const VALUES: Readonly<Record<string, RegExp>> = {
  status: /^(?:created|dead|exited|paused|removing|restarting|running)$/,
  health: /^(?:none|starting|healthy|unhealthy)$/,
  exited: /^-?\d{1,10}$/,
  publish: PORTS,
  expose: PORTS,
  'is-task': /^(?:1|true|0|false)$/,
};

/** A value that can match nothing is a mistake of the learner, and an empty list would hide it. @throws Refusal 400, with the engine's words */
function checkValues(filters: Filters): void {
  for (const [key, values] of Object.entries(filters)) {
    for (const value of values) {
      if (VALUES[key]?.test(value) === false) throw bad(`Invalid filter '${key}=${value.slice(0, 60)}'`);
    }
  }
}

/** @throws Refusal 400 for a value that is none, 404 for a container that is not in the session */
export function containerFilter(session: GateSession, filters: Filters, candidates: readonly Candidate[]): Record<string, unknown>[] {
  checkValues(filters);
  // Looked up before anything is compared: a container that is not there is an error, also where there is nothing to compare.
  const created = new Map(
    [...(filters.before ?? []), ...(filters.since ?? [])].map((reference) => {
      const { id } = session.context.container(reference);
      return [reference, Number(candidates.find(({ row }) => row.id === id)?.item.Created ?? Number.NaN)];
    }),
  );
  const createdAt = (reference: string): number => created.get(reference) ?? Number.NaN;
  const imageId = (reference: string): string | null => session.context.findImage(reference)?.id ?? null;
  const tests: Readonly<Record<string, (candidate: Candidate, value: string) => boolean>> = {
    id: ({ row }, value) => row.id.startsWith(value),
    name: ({ row }, value) => nameMatches(value, row.name),
    label: ({ item }, value) => labelMatches(value, bodyOf(item.Labels)),
    status: ({ item }, value) => item.State === value,
    exited: ({ item }, value) => item.State === 'exited' && String(item.Status).startsWith(`Exited (${value}) `),
    ancestor: ({ item }, value) => imageId(value) !== null && item.ImageID === imageId(value),
    network: ({ item }, value) =>
      Object.entries(bodyOf(bodyOf(item.NetworkSettings).Networks)).some(
        ([name, network]) => name === value || (value.length >= 3 && String(bodyOf(network).NetworkID).startsWith(value)),
      ),
    volume: ({ item }, value) => listOf(item.Mounts).some((mount) => mount.Name === value || mount.Destination === value),
    health: ({ item }, value) =>
      value === 'none'
        ? !/\((?:healthy|unhealthy|health)/.test(String(item.Status))
        : String(item.Status).includes(`(${value === 'starting' ? 'health: starting' : value})`),
    publish: ({ item }, value) => listOf(item.Ports).some((port) => port.PublicPort !== undefined && portMatches(value, port.PublicPort)),
    expose: ({ item }, value) => listOf(item.Ports).some((port) => portMatches(value, port.PrivatePort)),
    before: ({ item }, value) => Number(item.Created) < createdAt(value),
    since: ({ item }, value) => Number(item.Created) > createdAt(value),
    isolation: () => true,
    'is-task': (_candidate, value) => value === 'false',
  };
  return candidates
    .filter((candidate) =>
      Object.entries(filters).every(([key, values]) => {
        const test = tests[key];
        return valuesMatch(key, values, (value) => test?.(candidate, value) ?? false);
      }),
    )
    .map(({ item }) => item);
}
