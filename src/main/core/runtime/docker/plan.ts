/** In which order the services of a compose.yaml come up, and whose namespaces they share. */
import { OpsLabError } from '../../../../shared/contract/errors.ts';
import type { ComposeFile, ComposeService } from '../../labs/compose.ts';

export interface Plan {
  /** The service where the learner works. */
  readonly terminal: string;
  /** What has to run before the first terminal can open: the terminal's service, last. */
  readonly first: readonly string[];
  /** The others, each group once the one before it runs. */
  readonly waves: readonly (readonly string[])[];
}

/** The service named by `service:NAME`, or null. */
export function referenced(reference: string | undefined): string | null {
  return reference?.startsWith('service:') ? reference.slice('service:'.length) : null;
}

/** @throws OpsLabError `lab-broken` when there is none of this name */
export function serviceOf(compose: ComposeFile, name: string): ComposeService {
  const service = compose.services[name];
  if (!service) throw new OpsLabError('lab-broken', `compose.yaml names a service ${name} that it does not have.`);
  return service;
}

/** The service whose network (or process) namespace `name` lives in: itself when it has its own. */
export function ownerOf(compose: ComposeFile, name: string, namespace: 'network_mode' | 'pid'): string {
  let owner = name;
  for (let hops = 0; hops <= Object.keys(compose.services).length; hops += 1) {
    const next = referenced(serviceOf(compose, owner)[namespace]);
    if (next === null) return owner;
    owner = next;
  }
  throw new OpsLabError('lab-broken', `The services around ${name} share each other's ${namespace} in a circle.`);
}

/** Names by which others reach the network of `owner`: its own, and those of all who share it. */
export function aliasesOf(compose: ComposeFile, owner: string): string[] {
  return Object.keys(compose.services).filter((name) => ownerOf(compose, name, 'network_mode') === owner);
}

/** Networks of a service that has its own network namespace. */
export function networksOf(compose: ComposeFile, name: string): string[] {
  return serviceOf(compose, name).networks ?? ['default'];
}

function needs(compose: ComposeFile, name: string): string[] {
  const service = serviceOf(compose, name);
  const shared = [referenced(service.pid), referenced(service.network_mode)].filter((other) => other !== null);
  return [...new Set([...shared, ...service.depends_on])];
}

/** @throws OpsLabError `lab-broken` for a circle, a missing service, or not exactly one terminal */
export function planServices(compose: ComposeFile): Plan {
  const names = Object.keys(compose.services);
  const terminals = names.filter((name) => serviceOf(compose, name)['x-ops-lab'].role === 'terminal');
  const [terminal] = terminals;
  if (terminal === undefined || terminals.length > 1) {
    throw new OpsLabError('lab-broken', `compose.yaml needs exactly one service with the role terminal; it has ${terminals.length}.`);
  }
  const depths = new Map<string, number>();
  const depth = (name: string, path: readonly string[]): number => {
    if (path.includes(name))
      throw new OpsLabError('lab-broken', `Services wait for each other in a circle: ${[...path, name].join(' -> ')}.`);
    const known = depths.get(name);
    if (known !== undefined) return known;
    const value = Math.max(0, ...needs(compose, name).map((other) => 1 + depth(other, [...path, name])));
    depths.set(name, value);
    return value;
  };
  for (const name of names) depth(name, []);
  const byDepth = (list: readonly string[]): string[] => [...list].sort((a, b) => (depths.get(a) ?? 0) - (depths.get(b) ?? 0));
  const closure = new Set<string>();
  const collect = (name: string): void => {
    if (closure.has(name)) return;
    closure.add(name);
    for (const other of needs(compose, name)) collect(other);
  };
  collect(terminal);
  const waves: string[][] = [];
  for (const name of byDepth(names.filter((other) => !closure.has(other)))) {
    const at = depths.get(name) ?? 0;
    const wave = waves.at(-1);
    if (wave?.[0] !== undefined && depths.get(wave[0]) === at) wave.push(name);
    else waves.push([name]);
  }
  return { terminal, first: byDepth([...closure]), waves };
}
