import { formatProblem } from '../core/labs/problem.ts';
import { allLabs, type Command, EXIT, JSON_OPTION, LABS_OPTION } from './command.ts';

export const list: Command = {
  name: 'list',
  operands: '',
  summary: 'Lists the labs, and what is wrong with those that cannot be loaded.',
  options: { ...LABS_OPTION, ...JSON_OPTION },
  async run(context) {
    const { labs, problems } = await allLabs(context);
    if (context.args.flag('json')) {
      const rows = labs.map(({ id, folder, thirdParty, manifest }) => {
        const { title, level, minutes, concepts } = manifest;
        return { id, title, level, minutes, concepts, runtimes: Object.keys(manifest.runtimes), thirdParty, folder };
      });
      context.output.json({ labs: rows, problems });
    } else {
      const width = Math.max(0, ...labs.map(({ id }) => id.length));
      for (const { id, manifest, thirdParty } of labs) {
        const runtimes = Object.keys(manifest.runtimes).join(', ');
        context.output.print(
          `${id.padEnd(width)}  ${manifest.level}, ${manifest.minutes} min, ${runtimes}${thirdParty ? ', third-party' : ''}  ${manifest.title}`,
        );
      }
      for (const problem of problems) context.output.note(formatProblem(problem));
    }
    return problems.length === 0 ? EXIT.ok : EXIT.failed;
  },
};
