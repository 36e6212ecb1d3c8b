/** One learner with all that is theirs, as one JSON file. */
import * as z from 'zod';
import { OpsLabError } from '../../../shared/contract/errors.ts';
import * as v from '../../../shared/contract/values.ts';

export const LEARNER_FILE_VERSION = 1;

const name = z.string().min(1).max(64);
const verdict = z.strictObject({
  objective: name,
  verdict: v.VerdictName,
  at: v.Time,
  measurements: z.array(v.Measurement).max(200),
  reasons: z.array(z.string().max(2000)).max(200),
});

const LearnerFileSchema = z.strictObject({
  format: z.literal('ops-lab-learner'),
  version: z.literal(LEARNER_FILE_VERSION),
  exportedAt: v.Time,
  learner: z.strictObject({ id: v.Id, name: z.string().trim().min(1).max(60), createdAt: v.Time }),
  sessions: z
    .array(
      z.strictObject({
        id: v.Id,
        labId: v.LabId,
        labTitle: z.string().max(200),
        runtime: v.RuntimeKind,
        state: v.SessionView.shape.state,
        message: z.string().max(2000),
        startedAt: v.Time,
        acknowledgedAt: v.Time.nullable(),
        endedAt: v.Time.nullable(),
        solvedMs: z.number().int().nonnegative().nullable(),
        points: z.number().int(),
        assisted: z.boolean(),
        verdict: v.VerdictName.nullable(),
        bestVerdict: v.VerdictName.nullable(),
        revealed: z.array(v.StoryPartView.shape.id),
        objectives: z.array(verdict),
        verdicts: z.array(verdict),
        hints: z.array(z.strictObject({ hint: name, cost: z.number().int().nonnegative(), at: v.Time })),
        answers: z.array(
          z.strictObject({ objective: name, chosen: name, pins: z.array(v.Id).max(10), feedback: z.string().max(2000), at: v.Time }),
        ),
        pins: z.array(v.EvidencePin.strict()),
        commands: z.array(
          z.strictObject({
            uid: v.Id,
            terminal: name,
            command: z.string().max(200_000),
            directory: z.string().max(4096),
            exitCode: z.number().int().nullable(),
            startedAt: v.Time,
            durationMs: z.number().int().nullable(),
          }),
        ),
        recordings: z.array(
          z.strictObject({
            terminalId: v.Id,
            name,
            startedAt: v.Time,
            /** The asciicast file, gzip, then base64; null when it was missing or no longer fitted into the file. */
            content: z.base64().nullable(),
          }),
        ),
      }),
    )
    .max(100_000),
});
export type LearnerFile = z.infer<typeof LearnerFileSchema>;

/**
 * Reads an exported file.
 * @throws OpsLabError `import-invalid`; `details.where` is the path of the first thing that is wrong
 */
export function parseLearnerFile(content: string): LearnerFile {
  const refuse = (where: string, what: string): never => {
    throw new OpsLabError(
      'import-invalid',
      `This is no learner file that Ops Lab can read: ${what}. Nothing was imported. Choose a file that "Export" wrote.`,
      { where },
    );
  };
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    return refuse('the whole file', `it is not JSON (${(error as Error).message.slice(0, 120)})`);
  }
  const version = (value as { version?: unknown } | null)?.version;
  if (typeof version === 'number' && version > LEARNER_FILE_VERSION) {
    return refuse('version', `it was written by a newer Ops Lab (file version ${version}; this one knows ${LEARNER_FILE_VERSION})`);
  }
  const parsed = LearnerFileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? 'the whole file' : issue.path.join('.');
  return refuse(where, `at ${where}: ${issue?.message ?? 'not as expected'}`);
}
