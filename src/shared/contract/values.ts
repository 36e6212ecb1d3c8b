/** Schemas of the values that cross the wire. The TypeScript types of both sides come from here. */
import * as z from 'zod';

export const Id = z.string().regex(/^[a-z0-9]{32}$/, 'an id is 32 lower-case letters and digits');
export const LabId = z
  .string()
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/)
  .max(64);
/** Milliseconds since 1970, by the host's clock. */
export const Time = z.number().int().nonnegative();

export const RuntimeKind = z.enum(['docker', 'shell']);
export type RuntimeKind = z.infer<typeof RuntimeKind>;

export const VerdictName = z.enum(['not-yet', 'mitigated', 'fixed', 'could-not-check']);

export const Measurement = z.object({
  probe: z.string(),
  measure: z.string(),
  label: z.string(),
  unit: z.string(),
  value: z.number(),
  comparison: z.enum(['below', 'at-most', 'at-least', 'equals']),
  limit: z.number(),
  holds: z.boolean(),
});

/** An objective as the learner sees it now. */
export const ObjectiveView = z.object({
  id: z.string(),
  kind: z.enum(['diagnosis', 'repair', 'guard']),
  title: z.string(),
  detail: z.string(),
  /** null until it was measured (or answered) for the first time. For a diagnosis `fixed` means named. */
  verdict: VerdictName.nullable(),
  checking: z.boolean(),
  measurements: z.array(Measurement),
  reasons: z.array(z.string()),
  /** Seconds that the bounds must hold, and for how long they have; both 0 for a diagnosis. */
  holdSeconds: z.number(),
  heldSeconds: z.number(),
  at: Time.nullable(),
  /** Only for a diagnosis. */
  question: z
    .object({
      text: z.string(),
      options: z.array(z.object({ id: z.string(), text: z.string() })),
      pinsNeeded: z.number().int(),
      chosen: z.string().nullable(),
      feedback: z.string().nullable(),
    })
    .nullable(),
});
export type ObjectiveView = z.infer<typeof ObjectiveView>;

export const HintView = z.object({
  id: z.string(),
  objective: z.string(),
  title: z.string(),
  cost: z.number().int().nonnegative(),
  /** The text once it is open; null before. Markdown. */
  text: z.string().nullable(),
  /** Whether it is the next one that may be opened now. */
  next: z.boolean(),
});
export type HintView = z.infer<typeof HintView>;

export const StoryPartView = z.object({
  id: z.enum(['symptoms', 'investigation', 'root-cause', 'fix', 'prevention', 'myths']),
  title: z.string(),
  /** Markdown once it is open; null while it is sealed. */
  markdown: z.string().nullable(),
  /** Why it is still sealed, as a sentence; empty when open. */
  opensWhen: z.string(),
  revealCost: z.number().int().nonnegative(),
  /** Opened early by the learner, at its price. */
  revealed: z.boolean(),
});
export type StoryPartView = z.infer<typeof StoryPartView>;

export const TerminalView = z.object({
  id: Id,
  sessionId: Id,
  /** Name of the terminal in lab.yaml. */
  name: z.string(),
  title: z.string(),
  /** `shell` takes input; `log` only follows a file. */
  kind: z.enum(['shell', 'log']),
  state: z.enum(['running', 'exited']),
  exitCode: z.number().int().nullable(),
  /** Whether commands are captured: false where the shell cannot tell (said so in the UI). */
  captured: z.boolean(),
  cols: z.number().int(),
  rows: z.number().int(),
});
export type TerminalView = z.infer<typeof TerminalView>;

export const ServiceView = z.object({
  name: z.string(),
  state: z.enum(['waiting', 'starting', 'running', 'restarting', 'exited']),
  restarts: z.number().int(),
  exitCode: z.number().int().nullable(),
  outOfMemory: z.boolean(),
  startedAt: Time.nullable(),
});
export type ServiceView = z.infer<typeof ServiceView>;

export const EvidencePin = z.object({ id: Id, terminalId: Id, text: z.string().max(1000), at: Time });
export type EvidencePin = z.infer<typeof EvidencePin>;

export const SessionView = z.object({
  id: Id,
  labId: LabId,
  labTitle: z.string(),
  learnerId: Id,
  runtime: RuntimeKind,
  state: z.enum(['preparing', 'starting', 'running', 'stopping', 'stopped', 'failed', 'lost']),
  /** What is going on while it starts, or why it failed: a sentence. */
  message: z.string(),
  startedAt: Time,
  acknowledgedAt: Time.nullable(),
  endedAt: Time.nullable(),
  /** Milliseconds from acknowledging to the first time that all was solved; null before. */
  solvedMs: z.number().nullable(),
  points: z.number().int(),
  assisted: z.boolean(),
  /** Remarks that the learner should know, such as ports moved because this system allows no namespaces. */
  notices: z.array(z.string()),
  page: z.object({ severity: z.string(), text: z.string() }),
  services: z.array(ServiceView),
  terminals: z.array(TerminalView),
  objectives: z.array(ObjectiveView),
  hints: z.array(HintView),
  story: z.array(StoryPartView),
  pins: z.array(EvidencePin),
  solutions: z
    .array(
      z.object({
        name: z.string(),
        title: z.string(),
        verdict: VerdictName,
        /** Ids of the objectives that it is for. */
        objectives: z.array(z.string()),
        text: z.string(),
        files: z.array(z.object({ path: z.string(), content: z.string() })),
      }),
    )
    .nullable(),
  /** Services that the learner may restart, and files that the editor opens first. */
  restartable: z.array(z.string()),
  editorFiles: z.array(z.string()),
  /** Names of terminals in lab.yaml that may be opened. */
  openable: z.array(z.object({ name: z.string(), title: z.string(), kind: z.enum(['shell', 'log']) })),
});
export type SessionView = z.infer<typeof SessionView>;

export const SessionSummary = SessionView.pick({
  id: true,
  labId: true,
  labTitle: true,
  learnerId: true,
  runtime: true,
  state: true,
  startedAt: true,
  endedAt: true,
  solvedMs: true,
  points: true,
  assisted: true,
}).extend({ verdict: VerdictName.nullable() });
export type SessionSummary = z.infer<typeof SessionSummary>;

export const LabCard = z.object({
  id: LabId,
  title: z.string(),
  summary: z.string(),
  level: z.enum(['beginner', 'intermediate', 'advanced']),
  minutes: z.number().int(),
  concepts: z.array(z.string()),
  /** What runs out, such as `CPU thread`. */
  resource: z.string(),
  thirdParty: z.boolean(),
  page: z.object({ severity: z.string(), text: z.string() }),
  objectives: z.array(z.object({ id: z.string(), kind: z.enum(['diagnosis', 'repair', 'guard']), title: z.string() })),
  hintCosts: z.array(z.number()),
  /** The runtimes that the lab declares, and whether each can run here now; `reason` says what is missing and how to get it. */
  runtimes: z.array(z.object({ kind: RuntimeKind, available: z.boolean(), reason: z.string() })),
  state: z.enum(['new', 'in-progress', 'not-yet', 'mitigated', 'fixed']),
  liveSessionId: Id.nullable(),
  bestMs: z.number().nullable(),
  bestPoints: z.number().nullable(),
});
export type LabCard = z.infer<typeof LabCard>;

/** Something wrong in a lab folder. Line and column count from 1; 0 where the whole file is meant. */
export const LabProblem = z.object({ lab: z.string(), file: z.string(), line: z.number(), column: z.number(), message: z.string() });
export type LabProblem = z.infer<typeof LabProblem>;

export const DoctorItem = z.object({
  id: z.string(),
  title: z.string(),
  state: z.enum(['passed', 'failed', 'warning', 'unknown']),
  detail: z.string(),
  /** The exact command that mends it; empty where none is needed or known. */
  command: z.string(),
  /** What cannot be done while it has failed. */
  affects: z.string(),
});
export type DoctorItem = z.infer<typeof DoctorItem>;

export const ImageBuild = z.object({
  state: z.enum(['absent', 'building', 'ready', 'failed', 'cancelled']),
  step: z.number().int(),
  steps: z.number().int(),
  title: z.string(),
  /** Bytes done in this step, and how many there will be; null where unknown. */
  bytes: z.number().nullable(),
  totalBytes: z.number().nullable(),
  elapsedMs: z.number(),
  /** Newest lines of output. */
  log: z.array(z.string()),
  error: z.string().nullable(),
  tag: z.string(),
});
export type ImageBuild = z.infer<typeof ImageBuild>;

export const EngineStatus = z.object({
  state: z.enum(['ready', 'missing', 'unreachable', 'too-old']),
  message: z.string(),
  endpoint: z.string().nullable(),
  version: z.string().nullable(),
  apiVersion: z.string().nullable(),
  flavour: z.enum(['docker', 'podman', 'docker-desktop', 'unknown']).nullable(),
  rootless: z.boolean(),
  cgroupVersion: z.enum(['1', '2']).nullable(),
  storageDriver: z.string().nullable(),
  freeBytes: z.number().nullable(),
  image: ImageBuild,
});
export type EngineStatus = z.infer<typeof EngineStatus>;

export const Learner = z.object({
  id: Id,
  name: z.string().min(1).max(60),
  createdAt: Time,
  current: z.boolean(),
  sessions: z.number().int(),
  commands: z.number().int(),
});
export type Learner = z.infer<typeof Learner>;

export const CommandRow = z.object({
  id: z.number().int(),
  sessionId: Id,
  labId: LabId,
  labTitle: z.string(),
  terminal: z.string(),
  command: z.string(),
  directory: z.string(),
  exitCode: z.number().int().nullable(),
  startedAt: Time,
  /** Milliseconds; null while it runs or when its end was never seen. */
  durationMs: z.number().nullable(),
});
export type CommandRow = z.infer<typeof CommandRow>;

export const Settings = z.object({
  theme: z.enum(['dark', 'light', 'system']),
  terminalFontSize: z.number().int().min(10).max(32),
  scrollback: z.number().int().min(200).max(100_000),
  screenReader: z.boolean(),
  /** What becomes of running sessions when the app ends. `ask`: the desktop app asks; a host with nobody to ask keeps them. */
  onClose: z.enum(['ask', 'keep', 'stop']),
  preferredRuntime: z.enum(['auto', 'docker', 'shell']),
});
export type Settings = z.infer<typeof Settings>;

export const LabProgress = z.object({
  labId: LabId,
  labTitle: z.string(),
  attempts: z.number().int(),
  best: VerdictName.nullable(),
  bestMs: z.number().nullable(),
  bestPoints: z.number().nullable(),
  assisted: z.boolean(),
  hints: z.number().int(),
  lastAt: Time.nullable(),
});

export const AppInfo = z.object({
  version: z.string(),
  host: z.enum(['electron', 'web', 'memory']),
  dataDirectory: z.string(),
  platform: z.string(),
  node: z.string(),
  notices: z.array(z.string()),
});
