/** The services of the lab and how they are, under the terminals. */
import type { ServiceView } from '../../../../shared/contract/values.ts';
import { count } from '../../ui/format.ts';
import { type Shown, VerdictGlyph } from '../../ui/verdict.tsx';

const GLYPHS: Record<ServiceView['state'], Shown> = {
  waiting: 'none',
  starting: 'working',
  running: 'none',
  restarting: 'working',
  exited: 'not-yet',
};

/** One service in words: `exited, killed: out of memory, exit 137, 3 restarts`, `running, 3 restarts, was out of memory`. */
export function serviceWords(service: ServiceView): string {
  const running = service.state === 'running';
  const parts: string[] = [service.state];
  if (service.outOfMemory && !running) parts.push('killed: out of memory');
  if (service.exitCode !== null && !running) parts.push(`exit ${service.exitCode}`);
  if (service.restarts > 0) parts.push(count(service.restarts, 'restart'));
  // An earlier process, or one that this one had started.
  if (service.outOfMemory && running) parts.push('was out of memory');
  return parts.join(', ');
}

export function ServicesStrip({ services }: { services: readonly ServiceView[] }) {
  if (services.length === 0) return null;
  return (
    <ul className="services" aria-label="Services">
      {services.map((service) => (
        <li key={service.name}>
          {service.state !== 'running' && <VerdictGlyph verdict={GLYPHS[service.state]} />}
          <span className="mono strong">{service.name}</span>
          <span>{serviceWords(service)}</span>
        </li>
      ))}
    </ul>
  );
}
