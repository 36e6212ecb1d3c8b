/**
 * The documented subset of the Compose Specification that a lab's compose.yaml may use. `docker compose config` accepts
 * such a file; both runtimes start from it. Anything else is an error, so nothing is silently ignored.
 */
import * as z from 'zod';
import { runtimesField } from './manifest.ts';

const name = z
  .string()
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/)
  .max(63);
const size = z.string().regex(/^[1-9]\d*(?:k|m|g)$/, 'a size such as 256m');
const reference = z.string().regex(/^service:[a-z0-9-]+$/, 'service:NAME');

/** As Compose reads it: `$$` is one `$`; a single one would be filled in from the environment, which labs may not do. */
const text = z
  .string()
  .refine((value) => !value.replaceAll('$$', '').includes('$'), 'every $ doubled, as Compose wants it: $$')
  .transform((value) => value.replaceAll('$$', () => '$'));

export const ServiceSchema = z.strictObject({
  image: z.string().regex(/^ops-lab\/[a-z0-9-]+$/, 'an image of labs/images, such as ops-lab/base'),
  command: z.array(text).min(1),
  working_dir: z.literal('/lab').optional(),
  environment: z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), text).default({}),
  init: z.literal(true),
  read_only: z.boolean().default(false),
  mem_limit: size,
  cpus: z.number().positive().max(4),
  pids_limit: z.number().int().positive().max(1024),
  ulimits: z.strictObject({
    nofile: z.strictObject({ soft: z.number().int().positive().max(65_536), hard: z.number().int().positive().max(65_536) }),
  }),
  cap_add: z.array(z.enum(['SYS_PTRACE', 'NET_RAW'])).default([]),
  /** Another user than root, by number, in containers; it owns the workspace when it is the terminal's. */
  user: z
    .string()
    .regex(/^[1-9]\d{0,4}:[1-9]\d{0,4}$/, 'UID:GID in numbers, such as 999:999')
    .optional(),
  /** How fast the service may write to the device that a volume lies on; the docker runtime finds out which one that is. */
  blkio_config: z
    .strictObject({
      device_write_bps: z.array(z.strictObject({ path: z.literal('volume:data'), rate: size })).length(1),
    })
    .optional(),
  restart: z.enum(['no', 'always', 'on-failure']).default('no'),
  expose: z.array(z.string().regex(/^\d{1,5}$/)).default([]),
  /** Shares the namespace of another service, so that its terminal sees this one's processes and sockets. */
  pid: reference.optional(),
  network_mode: reference.optional(),
  networks: z.array(name).optional(),
  /** Whom names from outside are asked: only what listens on the loopback of the service itself, so that nothing leaves. */
  dns: z
    .array(z.string().regex(/^127(?:\.\d{1,3}){3}$/, 'an address of loopback, such as 127.0.0.53'))
    .max(3)
    .default([]),
  /**
   * `/lab` is the learner's workspace, or, for an upstream, the lab's own `services/`, out of the learner's reach. `/data` begins
   * with what the image has there.
   */
  volumes: z
    .array(z.enum(['workspace:/lab', 'services:/lab:ro', 'data:/data', 'data:/data:ro']))
    .max(2)
    .default([]),
  depends_on: z.array(name).default([]),
  /** `terminal`: where the learner works; on the shell runtime that is the session's own shell and nothing is started. */
  'x-ops-lab': z
    .strictObject({
      role: z.enum(['terminal', 'service', 'upstream']),
      runtimes: runtimesField,
      /** Only of the terminal: the learner may use docker, behind the session's gate. */
      engine: z.boolean().optional(),
      /** Only of an upstream: it is the resolver of the lab's machine, which the learner's networks and shell sessions ask. */
      resolver: z.boolean().optional(),
    })
    .default({ role: 'service' }),
});
export type ComposeService = z.infer<typeof ServiceSchema>;

export const ComposeSchema = z.strictObject({
  services: z.record(name, ServiceSchema),
  networks: z.record(name, z.strictObject({ internal: z.literal(true) })).default({}),
  volumes: z.strictObject({
    workspace: z.strictObject({}).nullable(),
    services: z.strictObject({}).nullable().optional(),
    data: z.strictObject({}).nullable().optional(),
  }),
});
export type ComposeFile = z.infer<typeof ComposeSchema>;

/** The service that is the resolver of the lab's machine, or null. */
export function resolverOf(compose: ComposeFile): string | null {
  return Object.entries(compose.services).find(([, service]) => service['x-ops-lab'].resolver === true)?.[0] ?? null;
}
