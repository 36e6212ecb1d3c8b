import { inParallel } from '../core/proof/in-parallel.ts';
import { sweepDeadProofs } from '../core/proof/proof-sessions.ts';
import { difference, runRecording, writeRecording } from '../core/proof/record.ts';
import { type Command, EXIT, JOBS_OPTION, JSON_OPTION, jobsWanted, LABS_OPTION, wantedLabs } from './command.ts';
import { runtimesWanted } from './runtimes-wanted.ts';

interface Row {
  readonly lab: string;
  readonly name: string;
  readonly runtime: string;
  readonly ok: boolean;
  /** Empty when it is the recorded output. */
  readonly difference: string;
}

export const record: Command = {
  name: 'record',
  operands: '[LAB…]',
  summary: 'Runs the commands of recordings/ in fresh sessions and writes their output; with --check it only compares.',
  options: {
    check: { type: 'boolean', help: 'Write nothing; fail when an output differs in more than its volatile parts.' },
    runtime: { type: 'string', value: 'docker|shell', help: 'Only the recordings of this runtime.' },
    ...JOBS_OPTION,
    ...LABS_OPTION,
    ...JSON_OPTION,
  },
  async run(context) {
    const { args, output, signal } = context;
    const kinds = runtimesWanted(args);
    const { labs, broken } = await wantedLabs(context);
    if (broken) return EXIT.failed;
    const { runtimes } = context.workshop();
    const dataDirectory = context.dataDirectory();
    await sweepDeadProofs(dataDirectory, Object.values(runtimes));
    const check = args.flag('check');
    const wanted = labs.flatMap((lab) =>
      [...lab.recordings].flatMap(([name, recording]) => (kinds.includes(recording.runtime) ? [{ lab, name, recording }] : [])),
    );
    const recordings = await inParallel(wanted, jobsWanted(args), async ({ lab, name, recording }): Promise<Row> => {
      signal.throwIfAborted();
      const title = `${lab.id} ${name}`;
      const onProgress = (message: string) => output.status(`${title}: ${message}`);
      const found = await runRecording(lab, recording, { runtime: runtimes[recording.runtime], dataDirectory, onProgress, signal });
      const differs = difference(recording, found);
      output.status('');
      // What differs in volatile parts only is kept: a recording changes when the lab does.
      if (!check && differs !== null) await writeRecording(lab, name, found);
      output.note(
        `${differs === null ? 'same    ' : check ? 'DIFFERS ' : 'recorded'} ${title} (${recording.runtime}): ${recording.command}`,
      );
      if (differs !== null && check) output.note(differs.replace(/^/gm, '    '));
      return { lab: lab.id, name, runtime: recording.runtime, ok: differs === null, difference: differs ?? '' };
    });
    const same = recordings.filter(({ ok }) => ok).length;
    const good = !check || same === recordings.length;
    if (args.flag('json')) output.json({ ok: good, recordings });
    else output.print(`${same} of ${recordings.length} recordings as they were.`);
    return good ? EXIT.ok : EXIT.failed;
  },
};
