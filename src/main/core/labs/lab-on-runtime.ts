/**
 * A lab as it is on one of its runtimes. Where the kernel or the engine cannot do what an objective is about, lab.yaml names
 * the runtimes that can, and compose.yaml those of a service; everything that only they need goes with them. Pure.
 */
import type { RuntimeKind } from '../../../shared/contract/values.ts';
import type { ComposeFile } from './compose.ts';
import type { Fix, Lab } from './lab.ts';
import type { Manifest, ObjectiveSpec } from './manifest.ts';

const isOn = ({ runtimes }: { readonly runtimes?: readonly RuntimeKind[] | undefined }, kind: RuntimeKind): boolean =>
  runtimes === undefined || runtimes.includes(kind);

function filterKeys<T>(record: Readonly<Record<string, T>>, keep: (key: string, value: T) => boolean): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([key, value]) => keep(key, value)));
}

/** The services that this runtime has, without what they say of others: who waits for them, and their addresses in the environment. */
export function composeOn(compose: ComposeFile, kind: RuntimeKind): ComposeFile {
  const here = filterKeys(compose.services, (_, service) => isOn(service['x-ops-lab'], kind));
  const isGone = (name: string | undefined): boolean => name !== undefined && name in compose.services && !(name in here);
  const services = Object.entries(here).map(([name, service]) => [
    name,
    {
      ...service,
      depends_on: service.depends_on.filter((other) => !isGone(other)),
      environment: filterKeys(service.environment, (_, value) => !isGone(/^http:\/\/([a-z0-9-]+):\d+$/.exec(value)?.[1])),
    },
  ]);
  return { ...compose, services: Object.fromEntries(services) };
}

/** The probes that an objective measures or is supported by. */
export function probesOf(objective: ObjectiveSpec): readonly string[] {
  return objective.kind === 'diagnosis' ? [objective['supported-by'].probe] : objective.probes;
}

/** @param here compose.yaml on this runtime; `all` the whole one */
export function manifestOn(manifest: Manifest, kind: RuntimeKind, here: ComposeFile, all: ComposeFile): Manifest {
  const isGone = (service: string): boolean => service in all.services && !(service in here.services);
  const objectives = manifest.objectives.filter((objective) => isOn(objective, kind));
  const probes = new Set(objectives.flatMap((objective) => probesOf(objective)));
  return {
    ...manifest,
    terminals: manifest.terminals.filter(({ file }) => !isGone(/^log\/(.+)\.log$/.exec(file ?? '')?.[1] ?? '')),
    restartable: manifest.restartable.filter((service) => !isGone(service)),
    load: manifest.load.filter(({ service }) => !isGone(service)),
    probes: filterKeys(manifest.probes, (id) => probes.has(id)),
    objectives,
  };
}

/** The fix with what it is about here; null when nothing of that is left. */
function fixOn(fix: Fix, kind: 'solution' | 'wrong', runtime: RuntimeKind, manifest: Manifest, compose: ComposeFile): Fix | null {
  if (!isOn(fix.spec, runtime)) return null;
  const ids = manifest.objectives.map(({ id }) => id);
  const expect = filterKeys(fix.spec.expect, (id) => ids.includes(id));
  const verdicts = Object.values(expect);
  if (kind === 'solution' ? verdicts.length === 0 : verdicts.every((verdict) => verdict === 'fixed')) return null;
  return { ...fix, spec: { ...fix.spec, expect, restart: fix.spec.restart.filter((service) => service in compose.services) } };
}

/** @returns the lab as it is on that runtime: without services, objectives, hints and fixes that are for the other one */
export function labOn(lab: Lab, kind: RuntimeKind): Lab {
  const compose = composeOn(lab.compose, kind);
  const manifest = manifestOn(lab.manifest, kind, compose, lab.compose);
  const ids = manifest.objectives.map(({ id }) => id);
  return {
    ...lab,
    compose,
    manifest,
    hints: filterKeys(lab.hints, (objective) => ids.includes(objective)),
    solutions: lab.solutions.flatMap((fix) => fixOn(fix, 'solution', kind, manifest, compose) ?? []),
    wrong: lab.wrong.flatMap((fix) => fixOn(fix, 'wrong', kind, manifest, compose) ?? []),
  };
}
