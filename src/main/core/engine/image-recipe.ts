/** What the lab image is made from, and the names that follow from it. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeBinary } from './node-binary.ts';

/** Bumped when something that goes into the image changes without its files changing. */
const FORMAT = 1;

export const IMAGE_LABEL = { image: 'io.ops-lab.image', key: 'io.ops-lab.image.key' } as const;

/** What debian:bookworm-slim is called where a registry answers, and the same with a Node of its own. */
export const DEBIAN = { image: 'debian', tag: 'bookworm-slim' } as const;
export const DEBIAN_WITH_NODE = { image: 'node', tag: '24-bookworm-slim' } as const;

export interface Recipe {
  readonly dockerfile: string;
  readonly packageList: string;
  readonly packages: readonly string[];
  /** null: the base has to bring a Node. */
  readonly node: NodeBinary | null;
  readonly architecture: string;
  /** Twelve hex digits that change with anything that changes the image. */
  readonly key: string;
  readonly tag: string;
  /** Of the root file system with the tools, which outlives a change of Node. */
  readonly rootfsTag: string;
}

const digest = (...parts: readonly (string | number)[]): string =>
  createHash('sha256')
    .update(JSON.stringify([FORMAT, ...parts]))
    .digest('hex')
    .slice(0, 12);

/** @param folder the app's `labs/images/base` */
export async function readRecipe(folder: string, architecture: string, node: NodeBinary | null): Promise<Recipe> {
  const [dockerfile, packageList] = await Promise.all(['Dockerfile', 'packages.txt'].map((name) => readFile(join(folder, name), 'utf8')));
  if (dockerfile === undefined || packageList === undefined) throw new Error('unreachable');
  const packages = packageList.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const key = digest(dockerfile, ...packages, node?.version ?? 'base', architecture);
  return {
    dockerfile,
    packageList,
    packages,
    node,
    architecture,
    key,
    tag: `ops-lab/base:${key}`,
    rootfsTag: `ops-lab/rootfs:${digest(...packages, architecture)}`,
  };
}
