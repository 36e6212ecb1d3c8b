/** One command in full. */
import { useLocation } from 'wouter';
import type { CommandRow } from '../../../../shared/contract/values.ts';
import { isLive } from '../../../../shared/domain/session-state.ts';
import { useSessions } from '../../connection/queries.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { formatDateTime, formatDuration } from '../../ui/format.ts';
import { canInsertIntoShell, insertIntoShell } from '../terminals/terminals.ts';
import { exitWord } from './exit-codes.ts';

export function CommandDetail({ row }: { row: CommandRow }) {
  const [, navigate] = useLocation();
  const { data: sessions } = useSessions();
  const exit = exitWord(row);
  const live = sessions?.find((session) => session.id === row.sessionId && isLive(session.state));
  const put = async () => {
    const sessionId = await insertIntoShell(row.command);
    if (sessionId !== null) navigate(`/workstation/${sessionId}`);
  };
  return (
    <aside className="panel" aria-label="Command" data-region="command">
      <div className="phead">
        <h2>Command</h2>
        <span className="cap ell">
          {row.labTitle}, {row.terminal}
        </span>
        <span className="grow" />
        <CopyButton text={row.command} name="Copy command" />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long command scrolls and must be reachable with the keyboard */}
      <pre className="command-full scroll" tabIndex={0}>
        {row.command}
      </pre>
      {/* It may scroll and holds nothing to operate: without a place in the tab order keys could not reach its end. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable */}
      <div className="pbody" tabIndex={0}>
        <dl className="facts pad">
          <dt>Exit code</dt>
          <dd className={`mono ${exit.failed ? 'v-notyet' : ''}`}>{exit.short === '' ? 'none yet' : exit.short}</dd>
          <dt>Took</dt>
          <dd>{row.durationMs === null ? 'not known' : formatDuration(row.durationMs)}</dd>
          <dt>Directory</dt>
          <dd className="mono">{row.directory}</dd>
          <dt>Terminal</dt>
          <dd>{row.terminal}</dd>
          <dt>When</dt>
          <dd>{formatDateTime(row.startedAt)}</dd>
          <dt>Lab</dt>
          <dd>{row.labTitle}</dd>
        </dl>
        {exit.sentence !== '' && <p className="pad mid">{exit.sentence}</p>}
      </div>
      <div className="pad divided row wrap">
        {!canInsertIntoShell() && <p className="cap">It can be put in a shell once one is open in the workstation.</p>}
        <Button look="primary" size="lg" grow isDisabled={!canInsertIntoShell()} onPress={() => void put()}>
          Put in the shell, do not run
        </Button>
        {live && (
          <Button size="lg" onPress={() => navigate(`/workstation/${live.id}`)}>
            Open session
          </Button>
        )}
      </div>
    </aside>
  );
}
