import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { labSchemaText } from '../core/labs/lab-schema.ts';
import { type Command, EXIT } from './command.ts';

export const schema: Command = {
  name: 'schema',
  operands: '',
  summary: 'Writes labs/lab.schema.json, by which editors complete lab.yaml.',
  options: { json: { type: 'boolean', help: 'Print the schema instead of writing it.' } },
  async run({ args, output, labsFolder }) {
    if (args.flag('json')) output.print(labSchemaText().trimEnd());
    else {
      const file = join(labsFolder, 'lab.schema.json');
      await writeFile(file, labSchemaText());
      output.print(`${file} is written.`);
    }
    return EXIT.ok;
  },
};
