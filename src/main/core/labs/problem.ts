import type { LabProblem } from '../../../shared/contract/values.ts';

/** Collects what is wrong with one lab. Line and column count from 1; 0 where the whole file is meant. */
export class Problems {
  readonly list: LabProblem[] = [];
  readonly #lab: string;

  constructor(lab: string) {
    this.#lab = lab;
  }

  add(file: string, message: string, at: { line: number; column: number } = { line: 0, column: 0 }): void {
    this.list.push({ lab: this.#lab, file, line: at.line, column: at.column, message });
  }
}

/** `lab/file:line:column: message`, as editors and terminals make it a link. */
export function formatProblem({ lab, file, line, column, message }: LabProblem): string {
  const place = line === 0 ? '' : `:${line}:${column}`;
  return `${lab}/${file}${place}: ${message}`;
}
