import { resolve } from 'node:path';
import type { ImageBuild } from '../../shared/contract/values.ts';
import { type Command, EXIT, JSON_OPTION } from './command.ts';

function amount(bytes: number | null, total: number | null): string {
  if (bytes === null) return '';
  const megabytes = (count: number) => `${Math.round(count / 1e6)}`;
  return total === null ? ` ${megabytes(bytes)} MB` : ` ${megabytes(bytes)} of ${megabytes(total)} MB`;
}

function progressLine({ step, steps, title, bytes, totalBytes, elapsedMs }: ImageBuild): string {
  return `[${step}/${steps}] ${title}${amount(bytes, totalBytes)} (${Math.round(elapsedMs / 1000)} s)`;
}

export const image: Command = {
  name: 'image',
  operands: '',
  summary: 'Builds the images that the docker runtime needs, unless they are there.',
  options: {
    from: { type: 'string', value: 'FILE', help: 'Take the image from an archive that --save wrote: for machines without network.' },
    save: { type: 'string', value: 'FILE', help: 'Write the image into an archive afterwards.' },
    ...JSON_OPTION,
  },
  async run({ args, output, workshop, signal }) {
    const { images } = workshop();
    let shown = '';
    const built = await images.build({
      from: args.text('from') === undefined ? undefined : resolve(args.text('from') ?? ''),
      also: await images.references(),
      signal,
      onProgress(build) {
        output.status(progressLine(build));
        const step = `${build.step} ${build.title}`;
        if (!output.interactive && step !== shown) output.note(progressLine(build));
        shown = step;
      },
    });
    const save = args.text('save');
    if (save !== undefined) {
      await images.save(resolve(save), (bytes, total) => output.status(`Writing ${save}${amount(bytes, total)}`), signal);
    }
    output.status('');
    if (args.flag('json')) output.json(built);
    else {
      output.print(`${built.tag} is ready.`);
      if (save !== undefined)
        output.print(`${resolve(save)} is written. On a machine without network: npm run lab -- image --from ${save}`);
    }
    return EXIT.ok;
  },
};
