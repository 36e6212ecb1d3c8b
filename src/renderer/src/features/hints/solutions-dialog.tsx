/** The author's fixes, with what each one costs and the verdict to expect. */
import { useState } from 'react';
import type { SessionView } from '../../../../shared/contract/values.ts';
import { attempt } from '../../app/notice.tsx';
import { useClient } from '../../connection/context.ts';
import { Button } from '../../ui/button.tsx';
import { ask, Dialog } from '../../ui/dialog.tsx';
import { Prose } from '../../ui/prose.tsx';
import './hints.css';
import { VerdictLabel } from '../../ui/verdict.tsx';

/** Asks, then lets the solutions be shown. True when they are. */
export async function unlockSolutions(session: SessionView, show: () => Promise<SessionView>): Promise<boolean> {
  if (session.solutions !== null) return true;
  const yes = await ask({
    title: 'Show the solutions?',
    body: 'You see how the author fixes it, and may apply a fix. This attempt is then marked as assisted, for good. The clock goes on.',
    confirm: 'Show them, mark as assisted',
    cancel: 'Keep looking',
    danger: true,
  });
  return yes && (await attempt(show())) !== undefined;
}

export function SolutionsDialog({ session, onClose }: { session: SessionView; onClose: () => void }) {
  const client = useClient();
  const [busy, setBusy] = useState<string | null>(null);
  const repairs = session.objectives.filter((objective) => objective.kind === 'repair');
  const several = repairs.length > 1;
  const titlesOf = (ids: readonly string[]) =>
    repairs
      .filter(({ id }) => ids.includes(id))
      .map(({ title }) => title)
      .join('; ');
  const apply = async (name: string, title: string) => {
    const yes = await ask({
      title: `Apply “${title}”?`,
      body: 'It overwrites files of the workspace, also those that you have changed, and restarts what it has to.',
      confirm: 'Apply it',
      cancel: 'Leave it',
      danger: true,
    });
    if (!yes) return;
    setBusy(name);
    const done = await attempt(client.sessions.applySolution({ sessionId: session.id, name }));
    setBusy(null);
    if (done) onClose();
  };
  return (
    <Dialog
      title="Solutions"
      wide
      isOpen
      onClose={onClose}
      footer={
        <Button autoFocus onPress={onClose}>
          Close
        </Button>
      }
    >
      {(session.solutions ?? []).map((solution) => (
        <section key={solution.name} className="solution" aria-label={solution.title}>
          <div className="row">
            <h3 className="h-sec grow strong">{solution.title}</h3>
            <VerdictLabel verdict={solution.verdict} />
            <Button
              isDisabled={session.state !== 'running'}
              busy={busy === solution.name}
              onPress={() => void apply(solution.name, solution.title)}
              aria-label={`Apply: ${solution.title}`}
            >
              Apply
            </Button>
          </div>
          {several && <p className="cap">For: {titlesOf(solution.objectives)}</p>}
          <Prose text={solution.text} />
          {solution.files.map((file) => (
            <details key={file.path}>
              <summary className="mono">{file.path}</summary>
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: code that scrolls must be reachable with the keyboard */}
              <pre className="source scroll" tabIndex={0}>
                {file.content}
              </pre>
            </details>
          ))}
        </section>
      ))}
    </Dialog>
  );
}
