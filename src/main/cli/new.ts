import { NEW_LAB_FILES, writeNewLab } from '../core/labs/new-lab.ts';
import { UsageError } from './arguments.ts';
import { type Command, EXIT, JSON_OPTION } from './command.ts';

export const newLab: Command = {
  name: 'new',
  operands: 'ID',
  summary: 'Writes a complete small lab that proves on both runtimes, to start from.',
  options: { labs: { type: 'string', value: 'DIR', help: 'The folder to write it into, instead of labs/.' }, ...JSON_OPTION },
  async run({ args, output, labsFolder }) {
    const [id, ...more] = args.positionals;
    if (id === undefined || more.length > 0) throw new UsageError('Give one id: npm run lab -- new slow-disk.');
    const labs = args.text('labs');
    const folder = await writeNewLab(labs ?? labsFolder, id);
    if (args.flag('json')) output.json({ id, folder, files: [...NEW_LAB_FILES.keys()] });
    else {
      const option = labs === undefined ? '' : ` --labs ${labs}`;
      output.print(`${folder} is a lab now. Prove it with: npm run lab -- prove ${id}${option}`);
    }
    return EXIT.ok;
  },
};
