/** The bar above the bench: what is open, how it stands, the clock, and what may be done to the session. */
import { ChevronDown, PanelLeft, PanelRight, RotateCcw, Square } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import type { SessionView } from '../../../../shared/contract/values.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { formatClock } from '../../ui/format.ts';
import { type Shown, VerdictGlyph, verdictClass } from '../../ui/verdict.tsx';
import { overall } from '../objectives/overall.ts';

export interface SessionBarProps {
  session: SessionView;
  busy: boolean;
  onRestart(service: string): void;
  onReset(): void;
  onStop(): void;
  /** Given while a side panel is hidden. */
  onShowStory?: () => void;
  onShowInstruments?: () => void;
}

const RUNTIME_WORDS = { docker: 'in containers', shell: 'in the shell runtime' } as const;

export function SessionBar({ session, busy, onRestart, onReset, onStop, onShowStory, onShowInstruments }: SessionBarProps) {
  const running = session.state === 'running';
  const over = session.state === 'stopped' || session.state === 'failed';
  return (
    <section className="incbar" aria-label="Session" data-region="session">
      {onShowStory && (
        <IconButton label="Show story, Alt 1" onPress={onShowStory}>
          <PanelLeft className="i" aria-hidden />
        </IconButton>
      )}
      <span className="id ell">{session.labId}</span>
      <h1 className="ell">{session.labTitle}</h1>
      <span className="mid nowrap ell runtime-word">{RUNTIME_WORDS[session.runtime]}</span>
      <span className="grow" />
      <State session={session} />
      <span className="vr" />
      <Clock session={session} />
      <div className="kv">
        <b>{session.points}</b>
        <span>{session.assisted ? 'points, assisted' : 'points'}</span>
      </div>
      <span className="vr" />
      {session.restartable.length > 0 && (
        <MenuTrigger>
          <Button isDisabled={!running}>
            Restart service
            <ChevronDown className="i" aria-hidden />
          </Button>
          <Popover className="pop">
            <Menu className="menu" aria-label="Restart service" onAction={(key) => onRestart(String(key))}>
              {session.restartable.map((service) => (
                <MenuItem key={service} id={service}>
                  {service}
                </MenuItem>
              ))}
            </Menu>
          </Popover>
        </MenuTrigger>
      )}
      <Button onPress={onReset} isDisabled={busy || session.state === 'stopping'}>
        <RotateCcw className="i" aria-hidden />
        Reset lab
      </Button>
      <Button onPress={onStop} isDisabled={busy || over || session.state === 'stopping'}>
        <Square className="i" aria-hidden />
        Stop
      </Button>
      {onShowInstruments && (
        <IconButton label="Show objectives, Alt 3" onPress={onShowInstruments}>
          <PanelRight className="i" aria-hidden />
        </IconButton>
      )}
    </section>
  );
}

const STATE_WORDS: Record<Exclude<SessionView['state'], 'running'>, { word: string; verdict: Shown }> = {
  preparing: { word: 'Preparing', verdict: 'working' },
  starting: { word: 'Starting', verdict: 'working' },
  stopping: { word: 'Stopping', verdict: 'working' },
  stopped: { word: 'Stopped', verdict: 'none' },
  failed: { word: 'Could not start', verdict: 'could-not-check' },
  lost: { word: 'Lost', verdict: 'could-not-check' },
};

function stateOf(session: SessionView): { word: string; verdict: Shown; detail: string } {
  if (session.state !== 'running')
    return { ...STATE_WORDS[session.state], detail: session.state === 'stopped' ? overall(session.objectives).word : '' };
  if (session.acknowledgedAt === null) return { word: 'Paged', verdict: 'not-yet', detail: 'waiting for you' };
  const all = overall(session.objectives);
  return { word: all.word, verdict: all.verdict ?? 'none', detail: all.detail };
}

function State({ session }: { session: SessionView }) {
  const { word, verdict, detail } = stateOf(session);
  return (
    <section className="state" aria-label="Overall verdict">
      <VerdictGlyph verdict={verdict} />
      <div>
        <div className={`w ${verdictClass(verdict)}`}>{word}</div>
        {detail !== '' && <span className="cap">{detail}</span>}
      </div>
    </section>
  );
}

/** Milliseconds since acknowledging; it stands still once all is solved, or when the session has ended. */
function elapsedMs(session: SessionView, now: number): number {
  if (session.acknowledgedAt === null) return 0;
  const solved = overall(session.objectives).verdict === 'fixed';
  if (solved && session.solvedMs !== null) return session.solvedMs;
  return (session.endedAt ?? now) - session.acknowledgedAt;
}

function Clock({ session }: { session: SessionView }) {
  const [now, setNow] = useState(Date.now);
  const ticking = session.acknowledgedAt !== null && session.endedAt === null;
  useEffect(() => {
    if (!ticking) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [ticking]);
  return (
    <div className="clock" role="timer" aria-label="Elapsed">
      {formatClock(elapsedMs(session, now))}
    </div>
  );
}
