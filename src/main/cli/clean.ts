import { OpsLabError } from '../../shared/contract/errors.ts';
import { proofOf, sweepDeadProofs } from '../core/proof/proof-sessions.ts';
import { type Command, EXIT, JSON_OPTION } from './command.ts';

export const clean: Command = {
  name: 'clean',
  operands: '',
  summary: 'Ends all sessions of this data directory and removes what they made. Progress and the lab image stay.',
  details: 'A proof that is going on in another window is left alone.',
  options: { ...JSON_OPTION },
  async run(context) {
    const { args, output } = context;
    const { runtimes, engine } = context.workshop();
    const path = context.dataDirectory();
    const keep = { has: (id: string) => proofOf(path, id) === 'live' };
    const removed = await runtimes.shell.sweep(keep);
    // Without an engine there is nothing of ours on one; an engine that is there and fails must be told.
    const { state, message } = await engine.status();
    if (state === 'ready') removed.push(...(await runtimes.docker.sweep(keep)));
    else if (state !== 'missing') throw new OpsLabError('engine-failed', `The engine could not be cleaned: ${message}`, { removed }, true);
    removed.push(...(await sweepDeadProofs(path, [])));
    if (args.flag('json')) output.json({ removed });
    else {
      for (const item of removed) output.print(`removed ${item}`);
      if (removed.length === 0) output.print('There was nothing to remove.');
    }
    return EXIT.ok;
  },
};
