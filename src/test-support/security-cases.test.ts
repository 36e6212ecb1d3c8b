import { existsSync, globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { BUILD_CASES, GATE_CASES } from './gate-cases.ts';
import { UNLISTED_CASES } from './gate-cases-unlisted.ts';
import { ELSEWHERE, SECURITY_CASES } from './security-cases.ts';

const tables = new Set([...GATE_CASES, ...BUILD_CASES].map(({ id }) => id));
const tests = globSync(['src/sidecar/gate/**/*.test.ts', 'src/main/core/runtime/docker/gate-process.docker.test.ts'])
  .map((path) => readFileSync(path, 'utf8'))
  .join('\n');
const shown = (id: string): boolean => tables.has(id) || tests.includes(id);

it('shows every case about the engine, or says where it is shown', () => {
  expect(SECURITY_CASES.filter((id) => !shown(id) && !ELSEWHERE[id])).toEqual([]);
});

it('says so of no case that it shows itself, and names files that are there', () => {
  expect(Object.keys(ELSEWHERE).filter(shown)).toEqual([]);
  expect(Object.values(ELSEWHERE).filter(({ file }) => !existsSync(file))).toEqual([]);
});

it('gives an unlisted case a number of its own', () => {
  const ids = UNLISTED_CASES.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => SECURITY_CASES.includes(id))).toEqual([]);
});
