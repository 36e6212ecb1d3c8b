/**
 * The calls and events of the wire, contract first. `src/main/api` implements it; the renderer's client type comes from
 * here alone. Terminal bytes do not travel through it (see ../terminal-wire).
 */
import { eventIterator, oc } from '@orpc/contract';
import * as z from 'zod';
import * as v from './values.ts';

const session = z.object({ sessionId: v.Id });
const path = z.string().min(1).max(512);
/** A label that sorts a list from the newest on: pass the smallest id already seen. */
const page = { before: z.number().int().optional(), limit: z.number().int().min(1).max(200).default(50) };

export const AppEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('session'), session: v.SessionView }),
  z.object({ type: z.literal('session-gone'), sessionId: v.Id }),
  z.object({ type: z.literal('engine'), engine: v.EngineStatus }),
  z.object({ type: z.literal('labs') }),
  z.object({ type: z.literal('learners') }),
  z.object({ type: z.literal('settings'), settings: v.Settings }),
  z.object({ type: z.literal('command'), command: v.CommandRow }),
]);
export type AppEvent = z.infer<typeof AppEvent>;

export const contract = {
  app: {
    info: oc.output(v.AppInfo),
    /** All events from now on. After a reconnect, read again what is shown. */
    events: oc.output(eventIterator(AppEvent)),
  },
  engine: {
    status: oc.output(v.EngineStatus),
    /** Looks again for an engine; answers with what it found. */
    refresh: oc.output(v.EngineStatus),
    doctor: oc.output(z.array(v.DoctorItem)),
    /** Starts building the lab image, or joins the build under way; progress comes as `engine` events. */
    buildImage: oc.input(z.object({ from: z.string().max(4096).optional() })).output(v.ImageBuild),
    cancelBuild: oc.output(v.ImageBuild),
    /** Removes all of Ops Lab's containers, networks and volumes that no running session owns. */
    clean: oc.output(z.object({ removed: z.array(z.string()) })),
  },
  labs: {
    list: oc.output(z.object({ labs: z.array(v.LabCard), problems: z.array(v.LabProblem) })),
    /** The parts of a lab that may be read without a session: the card and the story's first part. */
    get: oc.input(z.object({ labId: v.LabId })).output(z.object({ lab: v.LabCard, symptoms: z.string() })),
  },
  sessions: {
    list: oc.output(z.array(v.SessionSummary)),
    get: oc.input(session).output(v.SessionView),
    /** Answers as soon as the session exists; it is usable when a `session` event says `running`. */
    start: oc.input(z.object({ labId: v.LabId, runtime: v.RuntimeKind.optional() })).output(v.SessionView),
    stop: oc.input(session).output(v.SessionView),
    /** Stops it and starts the same lab anew, as a new session. */
    reset: oc.input(session).output(v.SessionView),
    acknowledge: oc.input(session).output(v.SessionView),
    /** Runs the probes of one objective, or of all, now. Answers when they are through. */
    check: oc.input(session.extend({ objective: z.string().max(64).optional() })).output(v.SessionView),
    openHint: oc.input(session.extend({ hint: z.string().max(64) })).output(v.SessionView),
    revealStory: oc.input(session.extend({ part: v.StoryPartView.shape.id })).output(v.SessionView),
    /** Marks the attempt as assisted and shows the solutions. */
    showSolutions: oc.input(session).output(v.SessionView),
    applySolution: oc.input(session.extend({ name: z.string().max(64) })).output(v.SessionView),
    restartService: oc.input(session.extend({ service: z.string().max(64) })).output(v.SessionView),
    pin: oc.input(session.extend({ terminalId: v.Id, text: z.string().min(1).max(1000) })).output(v.SessionView),
    unpin: oc.input(session.extend({ pinId: v.Id })).output(v.SessionView),
    answer: oc
      .input(session.extend({ objective: z.string().max(64), option: z.string().max(64), pins: z.array(v.Id).max(10) }))
      .output(v.SessionView),
  },
  files: {
    list: oc
      .input(session.extend({ directory: z.string().max(512).default('') }))
      .output(z.array(z.object({ path, kind: z.enum(['file', 'directory']), size: z.number() }))),
    read: oc.input(session.extend({ path })).output(z.object({ path, content: z.string(), version: z.string() })),
    /** Refused with `conflict` when the file is no longer at `version` (changed in a terminal, say). `version` null: a new file. */
    write: oc
      .input(session.extend({ path, content: z.string().max(1_000_000), version: z.string().nullable() }))
      .output(z.object({ path, version: z.string() })),
  },
  terminals: {
    open: oc.input(session.extend({ name: z.string().max(64), cols: z.number().int(), rows: z.number().int() })).output(v.TerminalView),
    /** Ends the shell: SIGHUP, then SIGKILL after 5 s. */
    close: oc.input(z.object({ terminalId: v.Id })).output(z.object({})),
  },
  history: {
    search: oc
      .input(
        z.object({
          text: z.string().max(200).default(''),
          labId: v.LabId.optional(),
          sessionId: v.Id.optional(),
          failedOnly: z.boolean().default(false),
          ...page,
        }),
      )
      .output(z.object({ commands: z.array(v.CommandRow), more: z.boolean() })),
  },
  progress: {
    summary: oc.output(z.object({ labs: z.array(v.LabProgress), commands: z.number().int(), practisedMs: z.number() })),
    verdicts: oc
      .input(session)
      .output(z.array(z.object({ objective: z.string(), verdict: v.VerdictName, at: v.Time, measurements: z.array(v.Measurement) }))),
  },
  learners: {
    list: oc.output(z.array(v.Learner)),
    create: oc.input(z.object({ name: z.string().trim().min(1).max(60) })).output(v.Learner),
    rename: oc.input(z.object({ learnerId: v.Id, name: z.string().trim().min(1).max(60) })).output(v.Learner),
    switchTo: oc.input(z.object({ learnerId: v.Id })).output(v.Learner),
    /** `confirmName` must be the learner's name: deleting takes progress, history and recordings along. */
    remove: oc.input(z.object({ learnerId: v.Id, confirmName: z.string() })).output(z.object({})),
    export: oc.input(z.object({ learnerId: v.Id })).output(z.object({ fileName: z.string(), content: z.string() })),
    /** Importing the same file again changes nothing. */
    import: oc
      .input(z.object({ content: z.string().max(64_000_000) }))
      .output(z.object({ learner: v.Learner, added: z.number().int(), known: z.number().int() })),
  },
  settings: {
    get: oc.output(v.Settings),
    set: oc.input(v.Settings.partial()).output(v.Settings),
  },
};
export type Contract = typeof contract;
