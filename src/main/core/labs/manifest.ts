/**
 * The schemas of a lab's own files. `labs/lab.schema.json` is generated from `Manifest` so that editors complete it;
 * docs/lab-authoring.md explains each key. Unknown keys are errors.
 */
import * as z from 'zod';

const name = z
  .string()
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'lower-case words joined by hyphens')
  .max(64);
const sentence = z.string().min(1).max(400);
/** A relative POSIX path inside the lab's folder or the workspace. */
const path = z
  .string()
  .min(1)
  .max(200)
  .refine(
    (value) =>
      !value.startsWith('/') && !value.includes('\\') && !value.split('/').some((part) => part === '..' || part === '.' || part === ''),
    'a relative path that stays inside its folder',
  );

/** Where it exists; on all runtimes of the lab unless given. */
export const runtimesField = z
  .array(z.enum(['docker', 'shell']))
  .min(1)
  .optional()
  .describe('The runtimes on which this exists; all of the lab unless given.');

const verdict = z.enum(['not-yet', 'mitigated', 'fixed']);

const boundFields = {
  measure: z.string().min(1).max(64).describe('Name of the figure in the result of the probe.'),
  label: z.string().min(1).max(80),
  unit: z.string().max(16).default(''),
  otherwise: z.enum(['not-yet', 'mitigated']).default('not-yet').describe('The verdict when this bound does not hold.'),
  because: z.string().max(400).default('').describe('Why it matters, or when it will come back; {name} stands for a figure of this probe.'),
};

export const BoundSchema = z.union([
  z.strictObject({ ...boundFields, below: z.number() }),
  z.strictObject({ ...boundFields, 'at-most': z.number() }),
  z.strictObject({ ...boundFields, 'at-least': z.number() }),
  z.strictObject({ ...boundFields, equals: z.number() }),
]);

const probeFields = {
  title: z.string().max(120).describe('What it does, as the learner reads it.'),
  bounds: z.array(BoundSchema).min(1),
  timeout: z.number().int().min(1).max(120).default(30).describe('Seconds after which the probe gives up with could-not-check.'),
};

export const ProbeSchema = z.discriminatedUnion('use', [
  z.strictObject({
    use: z.literal('http-load'),
    ...probeFields,
    with: z.strictObject({
      service: name,
      port: z.number().int().min(1).max(65535),
      path: z.string().startsWith('/').max(500),
      rate: z.number().positive().max(2000).describe('Requests per second, sent on time whether or not earlier ones were answered.'),
      seconds: z.number().positive().max(60),
      'timeout-ms': z.number().int().positive().max(120_000).default(10_000),
    }),
  }),
  z.strictObject({
    use: z.literal('exec'),
    ...probeFields,
    with: z.strictObject({
      argv: z
        .array(z.string())
        .min(1)
        .max(64)
        .describe('Run in a fresh process beside the services, never a shell line. The last line of its output is JSON with the figures.'),
    }),
  }),
  z.strictObject({ use: z.literal('service-state'), ...probeFields, with: z.strictObject({ service: name }) }),
  z.strictObject({ use: z.literal('descriptors'), ...probeFields, with: z.strictObject({ service: name }) }),
  z.strictObject({ use: z.literal('processes'), ...probeFields, with: z.strictObject({ service: name }) }),
  z.strictObject({
    use: z.literal('sockets'),
    ...probeFields,
    with: z.strictObject({ service: name, port: z.number().int().min(1).max(65535) }),
  }),
  z.strictObject({
    use: z.literal('restart-cycles'),
    ...probeFields,
    with: z.strictObject({
      service: name,
      port: z.number().int().min(1).max(65535),
      cycles: z.number().int().min(1).max(20),
      'listen-within-ms': z.number().int().positive().default(1000),
    }),
  }),
  z.strictObject({
    use: z.literal('script'),
    ...probeFields,
    with: z.strictObject({
      script: path.describe('A module below probes/ whose default export measures; see docs/lab-authoring.md.'),
      args: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
    }),
  }),
]);
export type ProbeSpec = z.infer<typeof ProbeSchema>;

const objectiveFields = { id: name, title: sentence, detail: z.string().max(600).default(''), runtimes: runtimesField };

export const ObjectiveSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('repair'),
    ...objectiveFields,
    probes: z.array(name).min(1),
    hold: z.number().int().min(0).max(600).describe('Seconds that every bound must hold before it is fixed.'),
  }),
  z.strictObject({
    kind: z.literal('guard'),
    ...objectiveFields,
    probes: z.array(name).min(1),
    hold: z.number().int().min(0).max(600).default(0),
  }),
  z.strictObject({
    kind: z.literal('diagnosis'),
    ...objectiveFields,
    question: sentence,
    options: z
      .array(
        z.strictObject({
          id: name,
          text: sentence,
          correct: z.boolean().default(false),
          because: z.string().max(600).default('').describe('Shown when it was chosen.'),
        }),
      )
      .min(2)
      .max(8),
    evidence: z.strictObject({
      pins: z.number().int().min(1).max(5),
      accept: z
        .array(
          z.strictObject({
            pattern: z.string().max(300).describe('A regular expression that a pinned line of terminal output must match.'),
            shows: sentence,
          }),
        )
        .min(1),
    }),
    'supported-by': z
      .strictObject({ probe: name })
      .describe('The probe that must be failing now for the answer to be accepted: the live system has to show it.'),
  }),
]);
export type ObjectiveSpec = z.infer<typeof ObjectiveSchema>;

export const ManifestSchema = z.strictObject({
  format: z.literal(1),
  title: z.string().min(1).max(80),
  summary: sentence,
  level: z.enum(['beginner', 'intermediate', 'advanced']),
  minutes: z.number().int().min(5).max(240),
  concepts: z.array(z.string().min(1).max(40)).min(1).max(12),
  resource: z.string().max(40).describe('What runs out, such as CPU thread.'),
  page: z.strictObject({ severity: z.enum(['P1', 'P2', 'P3']), text: z.string().min(1).max(600) }),
  runtimes: z.strictObject({
    docker: z.strictObject({}).optional(),
    shell: z.strictObject({ systems: z.array(z.enum(['linux', 'darwin', 'win32'])).default(['linux']) }).optional(),
  }),
  terminals: z
    .array(
      z.strictObject({
        name,
        title: z.string().max(40),
        kind: z.enum(['shell', 'log']).default('shell'),
        file: path.optional().describe('For a log: the file below the workspace that it follows.'),
      }),
    )
    .min(1)
    .describe('The first one opens with the session.'),
  editor: z.strictObject({ open: z.array(path).max(8) }),
  restartable: z.array(name).describe('Services that the learner may restart from the workstation.'),
  load: z
    .array(
      z.strictObject({
        service: name,
        port: z.number().int().min(1).max(65535),
        path: z.string().startsWith('/'),
        rate: z.number().positive().max(200).describe('Requests per second, for as long as the session runs.'),
        'timeout-ms': z.number().int().positive().default(10_000),
      }),
    )
    .default([]),
  probes: z.record(name, ProbeSchema),
  objectives: z.array(ObjectiveSchema).min(1),
  'check-every': z
    .number()
    .int()
    .min(5)
    .max(600)
    .default(30)
    .describe('Seconds between the end of one round of checks and the start of the next.'),
});
export type Manifest = z.infer<typeof ManifestSchema>;

/** hints.yaml: the ladder of each objective. */
export const HintsSchema = z.record(
  name,
  z
    .array(
      z.strictObject({
        title: z.string().min(1).max(80),
        text: z.string().min(1).max(2000),
        cost: z.number().int().min(0).max(100),
        'when-failing': name.optional().describe('Offered only while this probe fails.'),
      }),
    )
    .min(1),
);
export type Hints = z.infer<typeof HintsSchema>;

/** solution.yaml in solutions/NAME/ and wrong/NAME/. Files below `files/` are laid over the workspace; then `apply.sh`, if there, runs in the first terminal's place; then `restart`. */
export const SolutionSchema = z.strictObject({
  title: z.string().min(1).max(80),
  text: z
    .string()
    .min(1)
    .max(1500)
    .describe('One paragraph: what it does and what it costs; for a wrong fix, why it tempts and why it fails.'),
  expect: z.record(name, verdict).describe('The verdict that each named objective must reach (solutions) or end with (wrong fixes).'),
  runtimes: runtimesField,
  restart: z.array(name).default([]),
});
export type SolutionSpec = z.infer<typeof SolutionSchema>;

/** recordings/NAME.yaml: real output. `record` writes `output`; `record --check` runs it again and compares. */
export const RecordingSchema = z.strictObject({
  title: z.string().min(1).max(120),
  runtime: z.enum(['docker', 'shell']),
  command: z.string().min(1).max(1000).describe('The line as typed in the first terminal of the untouched lab.'),
  wait: z.number().int().min(0).max(60).default(0).describe('Seconds that the lab has run before the command starts.'),
  volatile: z
    .array(z.strictObject({ pattern: z.string().max(300), as: z.string().max(40) }))
    .default([])
    .describe('What differs from run to run: each match is replaced before comparing.'),
  output: z.string().default(''),
});
export type RecordingSpec = z.infer<typeof RecordingSchema>;
