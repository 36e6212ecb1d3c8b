import type { DoctorItem } from '../../shared/contract/values.ts';
import { type Command, EXIT, JSON_OPTION } from './command.ts';

const MARKS: Readonly<Record<DoctorItem['state'], string>> = {
  passed: 'ok     ',
  warning: 'warning',
  failed: 'MISSING',
  unknown: 'unknown',
};

export const doctor: Command = {
  name: 'doctor',
  operands: '',
  summary: 'Shows what Ops Lab needs of this machine, whether it is there, and the command that mends what is not.',
  options: { ...JSON_OPTION },
  async run({ args, output, workshop }) {
    const items = await workshop().doctor();
    if (args.flag('json')) output.json(items);
    else {
      for (const { state, title, detail, command, affects } of items) {
        output.print(`${MARKS[state]}  ${title}: ${detail}`);
        if (state === 'passed') continue;
        if (affects !== '') output.print(`         Without it: ${affects}`);
        if (command !== '') output.print(`         Mend it:    ${command}`);
      }
    }
    return items.some(({ state }) => state === 'failed') ? EXIT.failed : EXIT.ok;
  },
};
