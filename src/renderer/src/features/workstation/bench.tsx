/** The bench of one session: story, terminals and files, objectives and hints. */
import { useEffect, useState } from 'react';
import { Group, Panel, Separator } from 'react-resizable-panels';
import { useLocation } from 'wouter';
import type { SessionView, StoryPartView } from '../../../../shared/contract/values.ts';
import { useCommands } from '../../app/commands.ts';
import { attempt } from '../../app/notice.tsx';
import { goToRegion, isInRegion } from '../../app/regions.ts';
import { useClient } from '../../connection/context.ts';
import { keys, queryClient } from '../../connection/queries.ts';
import { ask } from '../../ui/dialog.tsx';
import { HintsPanel } from '../hints/hints-panel.tsx';
import { SolutionsDialog, unlockSolutions } from '../hints/solutions-dialog.tsx';
import { DiagnosisDialog } from '../objectives/diagnosis-dialog.tsx';
import { ObjectivesPanel } from '../objectives/objectives-panel.tsx';
import { useVerdictChanges } from '../objectives/verdict-changes.ts';
import { StoryPanel } from '../story/story-panel.tsx';
import { Centre } from './centre.tsx';
import { ServicesStrip } from './services-strip.tsx';
import { SessionBar } from './session-bar.tsx';
import { SessionNotice } from './session-notice.tsx';
import { usePanels } from './use-panels.ts';

export function Bench({ session }: { session: SessionView }) {
  const client = useClient();
  const [, navigate] = useLocation();
  const [busy, setBusy] = useState(false);
  /** How many checks the learner waits for. */
  const [checking, setChecking] = useState(0);
  const [naming, setNaming] = useState<string | null>(null);
  const [solutions, setSolutions] = useState(false);
  const panels = usePanels();
  const changed = useVerdictChanges(session.objectives);
  const sessionId = session.id;
  const running = session.state === 'running';
  const acknowledged = session.acknowledgedAt !== null;

  /** Runs a call that answers with the session, and shows the answer. */
  const change = async (call: Promise<SessionView>): Promise<SessionView | undefined> => {
    const after = await attempt(call);
    if (after) queryClient.setQueryData(keys.session(after.id), after);
    return after;
  };

  const acknowledge = async () => {
    await change(client.sessions.acknowledge({ sessionId }));
    goToRegion('terminal');
  };
  const check = async (objective?: string) => {
    setChecking((before) => before + 1);
    await change(client.sessions.check({ sessionId, objective }));
    setChecking((before) => before - 1);
  };
  const checkFirstOpen = () => {
    const open = session.objectives.find((objective) => objective.kind !== 'diagnosis' && objective.verdict !== 'fixed');
    if (open) void check(open.id);
  };
  const nameCause = (objective?: string) => {
    const diagnosis = session.objectives.filter((candidate) => candidate.kind === 'diagnosis');
    const open = diagnosis.find((candidate) => candidate.verdict !== 'fixed') ?? diagnosis[0];
    setNaming(objective ?? open?.id ?? null);
  };
  const reveal = async (part: StoryPartView) => {
    const yes = await ask({
      title: `Open ${part.title.toLowerCase()} now?`,
      body: `${part.opensWhen} Opening it now costs ${part.revealCost} of your ${session.points} points. You keep the terminals and the clock.`,
      confirm: `Open it, keep ${Math.max(0, session.points - part.revealCost)}`,
      cancel: 'Keep it sealed',
      danger: true,
    });
    if (yes) await change(client.sessions.revealStory({ sessionId, part: part.id }));
  };
  const reset = async () => {
    const yes = await ask({
      title: 'Reset the lab?',
      body: 'This session ends and the lab starts anew: files, processes and terminals are as at the first start. What you have done stays in the history.',
      confirm: 'Reset it',
      cancel: 'Go on',
      danger: true,
    });
    if (!yes) return;
    setBusy(true);
    const after = await change(client.sessions.reset({ sessionId }));
    setBusy(false);
    if (after) navigate(`/workstation/${after.id}`);
  };
  const stop = async () => {
    const yes = await ask({
      title: 'Stop the session?',
      body: 'Its containers or processes, and the files that you have changed in it, are removed. Commands, verdicts and points are kept.',
      confirm: 'Stop it',
      cancel: 'Go on',
      danger: true,
    });
    if (!yes) return;
    setBusy(true);
    await change(client.sessions.stop({ sessionId }));
    setBusy(false);
  };
  const showSolutions = async () => {
    if (await unlockSolutions(session, () => client.sessions.showSolutions({ sessionId }))) setSolutions(true);
  };
  const restart = (service: string) => void change(client.sessions.restartService({ sessionId, service }));

  const toggle = (panel: 'story' | 'instruments', region: string) => {
    if (!panels.shown[panel]) {
      panels.show(panel);
      requestAnimationFrame(() => goToRegion(region));
    } else if (isInRegion(region)) {
      panels.hide(panel);
      goToRegion('terminal');
    } else goToRegion(region);
  };
  const nextHint = session.hints.find((hint) => hint.next && hint.text === null);

  useCommands([
    {
      id: 'acknowledge-or-check',
      title: acknowledged ? 'Check all objectives' : 'Acknowledge the page',
      keys: ['Ctrl Enter'],
      inTerminal: true,
      isEnabled: running,
      run: () => void (acknowledged ? check() : acknowledge()),
    },
    {
      id: 'check-one',
      title: 'Check the first open objective',
      keys: ['Ctrl Shift Enter'],
      inTerminal: true,
      isEnabled: running,
      run: checkFirstOpen,
    },
    { id: 'story', title: 'Go to the story, again to hide it', keys: ['Alt 1'], inTerminal: true, run: () => toggle('story', 'story') },
    { id: 'terminal', title: 'Go to the terminal', keys: ['Alt 2'], inTerminal: true, run: () => goToRegion('terminal') },
    {
      id: 'objectives',
      title: 'Go to the objectives, again to hide them',
      keys: ['Alt 3'],
      inTerminal: true,
      run: () => toggle('instruments', 'objectives'),
    },
    { id: 'hints', title: 'Go to the hints', keys: ['Alt 4'], inTerminal: true, run: () => toggle('instruments', 'hints') },
    {
      id: 'next-hint',
      title: nextHint ? `Show the next hint, costs ${nextHint.cost}: ${nextHint.title}` : 'Show the next hint',
      isEnabled: running && nextHint !== undefined,
      run: () => nextHint && void change(client.sessions.openHint({ sessionId, hint: nextHint.id })),
    },
    {
      id: 'name-cause',
      title: 'Name the cause',
      isEnabled: running && session.objectives.some((objective) => objective.kind === 'diagnosis' && objective.verdict !== 'fixed'),
      run: () => nameCause(),
    },
    { id: 'solutions', title: 'Show a solution', run: () => void showSolutions() },
    ...session.restartable.map((service) => ({
      id: `restart ${service}`,
      title: `Restart ${service}`,
      isEnabled: running,
      run: () => restart(service),
    })),
    { id: 'reset', title: 'Reset the lab', run: () => void reset() },
    { id: 'stop', title: 'Stop the session', isEnabled: running, run: () => void stop() },
  ]);

  useEffect(() => {
    document.title = `${session.labTitle} - Ops Lab`;
    return () => {
      document.title = 'Ops Lab';
    };
  }, [session.labTitle]);

  return (
    <main className="ws" id="main" tabIndex={-1}>
      <SessionBar
        session={session}
        busy={busy}
        onRestart={restart}
        onReset={() => void reset()}
        onStop={() => void stop()}
        onShowStory={panels.shown.story ? undefined : () => panels.show('story')}
        onShowInstruments={panels.shown.instruments ? undefined : () => panels.show('instruments')}
      />
      <div className="bench" ref={panels.measure}>
        <Group orientation="horizontal" className="bench-group">
          {panels.shown.story && (
            <>
              <Panel id="story" defaultSize={panels.storySize} minSize={240} maxSize={480} groupResizeBehavior="preserve-pixel-size">
                <StoryPanel
                  session={session}
                  onHide={() => panels.hide('story')}
                  onAcknowledge={() => void acknowledge()}
                  onReveal={(part) => void reveal(part)}
                  onName={() => nameCause()}
                />
              </Panel>
              <Separator className="edge vertical" aria-label="Width of the story" />
            </>
          )}
          <Panel id="centre" minSize={Math.min(panels.eightyColumns, 560)}>
            <div className="centre">
              <SessionNotice
                session={session}
                onReset={() => void reset()}
                onAcknowledge={panels.shown.story ? undefined : () => void acknowledge()}
              />
              <Centre session={session} />
              <ServicesStrip services={session.services} />
            </div>
          </Panel>
          {panels.shown.instruments && (
            <>
              <Separator className="edge vertical" aria-label="Width of the objectives" />
              <Panel
                id="instruments"
                defaultSize={panels.instrumentsSize}
                minSize={264}
                maxSize={480}
                groupResizeBehavior="preserve-pixel-size"
              >
                <aside className="panel instruments" aria-label="Objectives and hints">
                  <div className="pbody">
                    <ObjectivesPanel
                      objectives={session.objectives}
                      pins={session.pins.length}
                      changed={changed}
                      running={running}
                      acknowledged={acknowledged}
                      checking={checking > 0}
                      onCheck={(objective) => void check(objective)}
                      onName={nameCause}
                    />
                    <HintsPanel
                      hints={session.hints}
                      objectives={session.objectives}
                      points={session.points}
                      assisted={session.assisted}
                      running={running}
                      onOpen={(hint) => void change(client.sessions.openHint({ sessionId, hint }))}
                      onSolutions={() => void showSolutions()}
                    />
                  </div>
                </aside>
              </Panel>
            </>
          )}
        </Group>
      </div>
      {naming !== null && <DiagnosisDialog session={session} objectiveId={naming} onClose={() => setNaming(null)} />}
      {solutions && session.solutions && <SolutionsDialog session={session} onClose={() => setSolutions(false)} />}
    </main>
  );
}
