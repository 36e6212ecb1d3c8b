/** The lab image of this machine's engine, built if it is not there yet. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Engine } from '../main/core/engine/engine.ts';
import { ImageBuilder } from '../main/core/engine/image-builder.ts';

export async function useLabImage(): Promise<{ engine: Engine; images: ImageBuilder }> {
  const engine = new Engine();
  const folder = fileURLToPath(new URL('../../labs/images/base', import.meta.url));
  const images = new ImageBuilder({ engine, folder, workFolder: join(tmpdir(), `ops-lab-image-${process.pid}`) });
  await images.build();
  return { engine, images };
}
