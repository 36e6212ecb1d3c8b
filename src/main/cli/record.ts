import { sweepDeadProofs } from '../core/proof/proof-sessions.ts';
import { difference, runRecording, writeRecording } from '../core/proof/record.ts';
import { type Command, EXIT, JSON_OPTION, LABS_OPTION, wantedLabs } from './command.ts';
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
    const rows: Row[] = [];
    for (const lab of labs) {
      for (const [name, recording] of lab.recordings) {
        if (!kinds.includes(recording.runtime)) continue;
        signal.throwIfAborted();
        const title = `${lab.id} ${name}`;
        const onProgress = (message: string) => output.status(`${title}: ${message}`);
        const found = await runRecording(lab, recording, { runtime: runtimes[recording.runtime], dataDirectory, onProgress, signal });
        const differs = difference(recording, found);
        output.status('');
        // What differs in volatile parts only is kept: a recording changes when the lab does.
        if (!check && differs !== null) await writeRecording(lab, name, found);
        rows.push({ lab: lab.id, name, runtime: recording.runtime, ok: differs === null, difference: differs ?? '' });
        output.note(
          `${differs === null ? 'same    ' : check ? 'DIFFERS ' : 'recorded'} ${title} (${recording.runtime}): ${recording.command}`,
        );
        if (differs !== null && check) output.note(differs.replace(/^/gm, '    '));
      }
    }
    if (args.flag('json')) output.json({ ok: !check || rows.every(({ ok }) => ok), recordings: rows });
    else output.print(`${rows.filter(({ ok }) => ok).length} of ${rows.length} recordings as they were.`);
    return !check || rows.every(({ ok }) => ok) ? EXIT.ok : EXIT.failed;
  },
};
