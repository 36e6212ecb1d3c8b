/** What is wrong in lab folders: a broken lab never hides the others, and its author sees where. */
import type { LabList } from '../../connection/client.ts';
import { count } from '../../ui/format.ts';
import { VerdictGlyph } from '../../ui/verdict.tsx';

type Problem = LabList['problems'][number];

/** `lab.yaml:12:5`, as compilers write it; without what is not known. */
export function problemPlace(problem: Pick<Problem, 'file' | 'line' | 'column'>): string {
  if (problem.line === 0) return problem.file;
  return problem.column === 0 ? `${problem.file}:${problem.line}` : `${problem.file}:${problem.line}:${problem.column}`;
}

export function LabProblems({ problems }: { problems: readonly Problem[] }) {
  if (problems.length === 0) return null;
  const labs = new Set(problems.map((problem) => problem.lab)).size;
  return (
    <section className="note unknown problems" aria-label="Problems in labs">
      <VerdictGlyph verdict="could-not-check" lamp />
      <div>
        <strong>
          {count(labs, 'lab')} could not be loaded, {count(problems.length, 'problem')}.
        </strong>
        <ul>
          {problems.map((problem) => (
            <li key={`${problem.lab} ${problemPlace(problem)} ${problem.message}`}>
              <span className="strong">{problem.lab}</span> <span className="mono">{problemPlace(problem)}</span>{' '}
              <span className="mid">{problem.message}</span>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}
