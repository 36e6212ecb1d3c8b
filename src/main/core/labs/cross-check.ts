/** What no schema can see: whether the names in a lab's files refer to something that is there. */
import { didYouMean } from '../../../shared/domain/did-you-mean.ts';
import type { ComposeFile } from './compose.ts';
import type { LabFolder } from './lab-folder.ts';
import { composeOn, manifestOn, probesOf } from './lab-on-runtime.ts';
import type { Hints, Manifest, SolutionSpec } from './manifest.ts';
import { patternError } from './pattern.ts';
import type { Problems } from './problem.ts';
import type { YamlText } from './read-yaml.ts';

type Path = readonly PropertyKey[];

function unknown(name: string, what: string, names: readonly string[]): string {
  const there = names.length === 0 ? 'there is none' : `there is ${names.slice(0, 12).join(', ')}`;
  return `found the ${what} “${name}”; ${there}.${didYouMean(name, names)}`;
}

/** One file being checked: adds problems at the place of a value. */
export class References {
  readonly #file: string;
  readonly #text: YamlText;
  readonly #problems: Problems;

  constructor(file: string, text: YamlText, problems: Problems) {
    this.#file = file;
    this.#text = text;
    this.#problems = problems;
  }

  /** The name at this path must be among the known ones. */
  known(path: Path, name: string, what: string, names: readonly string[]): void {
    if (!names.includes(name)) this.wrong(path, unknown(name, what, names));
  }

  /** As `known`, for the key of the map at this path. */
  knownKey(path: Path, key: string, what: string, names: readonly string[]): void {
    if (!names.includes(key)) this.wrongKey(path, key, unknown(key, what, names));
  }

  wrongKey(path: Path, key: string, message: string): void {
    this.#problems.add(this.#file, message, this.#text.placeOfKey(path, key));
  }

  unique(path: Path, names: readonly string[], what: string): void {
    names.forEach((name, index) => {
      if (names.indexOf(name) < index) this.wrong([...path, index], `found the ${what} “${name}” twice`);
    });
  }

  pattern(path: Path, pattern: string): void {
    const error = patternError(pattern);
    if (error !== null) this.wrong(path, `found no regular expression: ${error}`);
  }

  wrong(path: Path, message: string): void {
    this.#problems.add(this.#file, message, this.#text.place(path));
  }
}

/** That services, mounts and networks of compose.yaml fit together and name files that are there. What does not goes to `references`. */
export function checkCompose(compose: ComposeFile, folder: LabFolder, references: References): void {
  const names = Object.keys(compose.services);
  const terminals = names.filter((name) => compose.services[name]?.['x-ops-lab'].role === 'terminal');
  if (terminals.length !== 1) {
    references.wrong(['services'], `found ${terminals.length} services with x-ops-lab.role “terminal”, expected exactly one`);
  }
  for (const [name, service] of Object.entries(compose.services)) {
    const at = ['services', name];
    if (service['x-ops-lab'].engine !== undefined && service['x-ops-lab'].role !== 'terminal') {
      references.wrong([...at, 'x-ops-lab', 'engine'], 'found an engine, expected it at the service with the role “terminal” only');
    }
    if (service['x-ops-lab'].resolver !== undefined && service['x-ops-lab'].role !== 'upstream') {
      references.wrong([...at, 'x-ops-lab', 'resolver'], 'found a resolver, expected it at a service with the role “upstream” only');
    }
    if (service.dns.length > 0 && service.network_mode !== undefined) {
      references.wrong([...at, 'dns'], 'found dns beside network_mode; who shares a network shares its resolv.conf');
    }
    for (const key of ['pid', 'network_mode'] as const) {
      const target = service[key]?.slice('service:'.length);
      if (target === undefined) continue;
      references.known([...at, key], target, 'service', names);
      const joined = compose.services[target];
      if (target === name || joined?.[key] !== undefined) {
        references.wrong([...at, key], `found the service “${target}”, expected one with a namespace of its own`);
      }
    }
    if (service.network_mode !== undefined && service.networks !== undefined) {
      references.wrong([...at, 'networks'], 'found networks beside network_mode; a service has one or the other');
    }
    if (!service.volumes.some((volume) => volume.includes(':/lab')) && service.working_dir !== undefined) {
      references.wrong([...at, 'working_dir'], 'found working_dir /lab without the volume workspace:/lab');
    }
    service.volumes.forEach((volume, index) => {
      if (volume === 'services:/lab:ro') checkServicesVolume(compose, name, folder, [...at, 'volumes', index], references);
      if (volume.startsWith('data:') && compose.volumes.data === undefined)
        references.wrong([...at, 'volumes', index], 'found the volume data, which is not under volumes');
    });
    references.unique(
      [...at, 'volumes'],
      service.volumes.map((volume) => volume.split(':')[1] ?? ''),
      'place of a volume',
    );
    if (service.blkio_config !== undefined) checkWriteLimit(compose, name, [...at, 'blkio_config'], references);
    service.networks?.forEach((network, index) => {
      references.known([...at, 'networks', index], network, 'network', Object.keys(compose.networks));
    });
    service.depends_on.forEach((other, index) => {
      references.known([...at, 'depends_on', index], other, 'service', names);
      if (reaches(compose, other, name))
        references.wrong([...at, 'depends_on', index], `found a circle: “${other}” waits for “${name}” too`);
    });
    if (service.ulimits.nofile.soft > service.ulimits.nofile.hard) {
      references.wrong([...at, 'ulimits', 'nofile', 'soft'], 'found a soft limit above the hard one');
    }
  }
}

/** The device is found by a look from the terminal, and the limit is of the service that writes. */
function checkWriteLimit(compose: ComposeFile, name: string, path: Path, references: References): void {
  const services = Object.values(compose.services);
  const terminal = services.find((service) => service['x-ops-lab'].role === 'terminal');
  for (const [who, service] of [[name, compose.services[name]] as const, ['the terminal', terminal] as const]) {
    if (!service?.volumes.some((volume) => volume.startsWith('data:')))
      references.wrong(path, `found a limit for the volume data, which ${who} does not have`);
  }
  if (compose.services[name]?.['x-ops-lab'].role === 'terminal') references.wrong(path, 'found a write limit of the terminal');
}

/** `services/` is what the learner must not reach. */
function checkServicesVolume(compose: ComposeFile, name: string, folder: LabFolder, path: Path, references: References): void {
  if (compose.services[name]?.['x-ops-lab'].role === 'terminal')
    references.wrong(path, 'found services/ in the terminal, where the learner would see it');
  if (folder.below('services').length === 0) references.wrong(path, 'found the volume services, but the lab has no folder services/');
  if (compose.volumes.services === undefined) references.wrong(path, 'found the volume services, which is not under volumes');
}

function reaches(compose: ComposeFile, from: string, to: string, seen = new Set<string>()): boolean {
  if (from === to) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  return (compose.services[from]?.depends_on ?? []).some((next) => reaches(compose, next, to, seen));
}

export interface ManifestContext {
  /** null when compose.yaml is broken: then services are not checked. */
  readonly compose: ComposeFile | null;
  readonly folder: LabFolder;
}

/** That what lab.yaml names exists: services, probes, files, objectives. What does not goes to `references`. */
export function checkManifest(manifest: Manifest, { compose, folder }: ManifestContext, references: References): void {
  const service = (path: Path, name: string) => {
    if (compose !== null) references.known(path, name, 'service', Object.keys(compose.services));
  };
  if (manifest.runtimes.docker === undefined && manifest.runtimes.shell === undefined) {
    references.wrong(['runtimes'], 'found no runtime, expected docker, shell or both');
  }
  references.unique(
    ['terminals'],
    manifest.terminals.map(({ name }) => name),
    'terminal',
  );
  references.unique(
    ['objectives'],
    manifest.objectives.map(({ id }) => id),
    'objective',
  );
  manifest.terminals.forEach((terminal, index) => {
    const at = ['terminals', index];
    if (terminal.kind === 'log' && terminal.file === undefined) references.wrong(at, 'found a log terminal without a file to follow');
    if (terminal.kind === 'shell' && terminal.file !== undefined) references.wrong([...at, 'file'], 'found a file for a shell terminal');
    if (terminal.kind === 'log' && terminal.file !== undefined)
      checkLogFile(terminal.file, [...at, 'file'], { compose, folder }, references);
  });
  if (manifest.terminals[0]?.kind === 'log')
    references.wrong(['terminals', 0, 'kind'], 'found a log as the first terminal, expected a shell');
  manifest.editor.open.forEach((file, index) => {
    references.known(['editor', 'open', index], file, 'file', folder.below('workspace'));
  });
  manifest.restartable.forEach((name, index) => {
    service(['restartable', index], name);
    if (compose?.services[name]?.['x-ops-lab'].role === 'terminal') {
      references.wrong(['restartable', index], `found the terminal service “${name}”, which cannot be restarted`);
    }
  });
  manifest.load.forEach((load, index) => {
    service(['load', index, 'service'], load.service);
  });
  for (const [id, probe] of Object.entries(manifest.probes)) {
    const at = ['probes', id, 'with'];
    if ('service' in probe.with) service([...at, 'service'], probe.with.service);
    if (probe.use === 'script') references.known([...at, 'script'], probe.with.script, 'script', folder.below('probes'));
    if (probe.use === 'http-load' && probe.with.seconds + probe.with['timeout-ms'] / 1000 > probe.timeout) {
      references.wrong(
        ['probes', id, 'timeout'],
        `found ${probe.timeout} seconds, expected at least the ${probe.with.seconds} seconds of load and the time-out of ${probe.with['timeout-ms']} ms`,
      );
    }
  }
  checkObjectives(manifest, references);
  if (compose !== null) checkRuntimes(manifest, compose, references);
}

/** What is left on each runtime must hold together. */
function checkRuntimes(manifest: Manifest, compose: ComposeFile, references: References): void {
  const declared = (['docker', 'shell'] as const).filter((kind) => manifest.runtimes[kind] !== undefined);
  manifest.objectives.forEach(({ runtimes = [] }, index) => {
    runtimes.forEach((kind, position) => {
      references.known(['objectives', index, 'runtimes', position], kind, 'runtime', declared);
    });
  });
  for (const kind of declared) {
    const here = composeOn(compose, kind);
    const { objectives, probes } = manifestOn(manifest, kind, here, compose);
    if (!objectives.some((objective) => objective.kind === 'repair')) {
      references.wrong(['objectives'], `found no objective of kind repair for the runtime ${kind}, expected at least one`);
    }
    for (const [name, service] of Object.entries(here.services)) {
      for (const key of ['pid', 'network_mode'] as const) {
        const owner = service[key]?.slice('service:'.length);
        if (owner === undefined || owner in here.services || !(owner in compose.services)) continue;
        references.wrong(['runtimes', kind], `found the service “${name}”, whose ${key} is that of “${owner}”, which is not there`);
      }
    }
    manifest.objectives.forEach((objective, index) => {
      for (const id of objectives.includes(objective) ? probesOf(objective) : []) {
        const probe = probes[id]?.with;
        if (probe === undefined || !('service' in probe) || !(probe.service in compose.services) || probe.service in here.services)
          continue;
        references.wrong(
          ['objectives', index],
          `found the probe “${id}” of the service “${probe.service}”, which the runtime ${kind} has not; name the objective's runtimes`,
        );
      }
    });
  }
}

/** Services write to log/NAME.log; other files must be in the workspace from the start. */
function checkLogFile(file: string, path: Path, { compose, folder }: ManifestContext, references: References): void {
  const logs = compose === null ? [file] : Object.keys(compose.services).map((name) => `log/${name}.log`);
  references.known(path, file, 'file', [...logs, ...folder.below('workspace')]);
}

function checkObjectives(manifest: Manifest, references: References): void {
  const probes = Object.keys(manifest.probes);
  const used = new Set<string>();
  manifest.objectives.forEach((objective, index) => {
    const at = ['objectives', index];
    if (objective.kind !== 'diagnosis') {
      objective.probes.forEach((probe, position) => {
        references.known([...at, 'probes', position], probe, 'probe', probes);
        used.add(probe);
      });
      return;
    }
    references.known([...at, 'supported-by', 'probe'], objective['supported-by'].probe, 'probe', probes);
    used.add(objective['supported-by'].probe);
    references.unique(
      [...at, 'options'],
      objective.options.map(({ id }) => id),
      'option',
    );
    const correct = objective.options.filter((option) => option.correct).length;
    if (correct !== 1) references.wrong([...at, 'options'], `found ${correct} correct options, expected exactly one`);
    const { pins, accept } = objective.evidence;
    if (accept.length < pins) {
      references.wrong(
        [...at, 'evidence', 'pins'],
        `found ${pins}, expected at most the ${accept.length} patterns: each pinned line must show another one`,
      );
    }
    accept.forEach(({ pattern }, position) => {
      references.pattern([...at, 'evidence', 'accept', position, 'pattern'], pattern);
    });
  });
  if (!manifest.objectives.some(({ kind }) => kind === 'repair'))
    references.wrong(['objectives'], 'found no objective of kind repair, expected at least one');
  for (const probe of probes)
    if (!used.has(probe)) references.wrongKey(['probes'], probe, `found the probe “${probe}”, which no objective uses`);
}

/** That hints are for objectives and probes of the lab. What is not goes to `references`. */
export function checkHints(hints: Hints, manifest: Manifest, references: References): void {
  for (const [objective, steps] of Object.entries(hints)) {
    references.knownKey(
      [],
      objective,
      'objective',
      manifest.objectives.map(({ id }) => id),
    );
    steps.forEach((step, index) => {
      const probe = step['when-failing'];
      if (probe !== undefined) references.known([objective, index, 'when-failing'], probe, 'probe', Object.keys(manifest.probes));
    });
  }
}

/** That a solution or wrong fix expects a verdict of objectives, and changes and restarts what the lab has. What does not fit goes to `references`. */
export function checkSolution(
  spec: SolutionSpec,
  kind: 'solutions' | 'wrong',
  manifest: Manifest,
  compose: ComposeFile | null,
  references: References,
): void {
  const judged = manifest.objectives.filter((objective) => objective.kind !== 'diagnosis').map(({ id }) => id);
  for (const objective of Object.keys(spec.expect)) references.knownKey(['expect'], objective, 'repair or guard objective', judged);
  const expected = Object.values(spec.expect);
  if (expected.length === 0) references.wrong(['expect'], 'found no expected verdict, expected at least one');
  else if (kind === 'wrong' && expected.every((verdict) => verdict === 'fixed')) {
    references.wrong(['expect'], 'found a wrong fix that fixes everything, expected one objective that it leaves open');
  } else if (kind === 'solutions' && expected.includes('not-yet')) {
    references.wrong(['expect'], 'found a solution that leaves an objective open; such a fix belongs into wrong/');
  }
  if (compose === null) return;
  spec.restart.forEach((name, index) => {
    references.known(['restart', index], name, 'service', Object.keys(compose.services));
    if (compose.services[name]?.['x-ops-lab'].role === 'terminal') {
      references.wrong(['restart', index], `found the terminal service “${name}”, which cannot be restarted`);
    }
  });
}
