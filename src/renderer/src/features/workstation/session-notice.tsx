/** What the learner should know about the session as a whole: how starting goes, why it failed, remarks of the runtime. */
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { SessionView } from '../../../../shared/contract/values.ts';
import { attempt } from '../../app/notice.tsx';
import { useClient } from '../../connection/context.ts';
import { keys, queryClient, useEngine } from '../../connection/queries.ts';
import { Button } from '../../ui/button.tsx';
import { Keys } from '../../ui/keys.tsx';
import { VerdictGlyph } from '../../ui/verdict.tsx';
import { BuildBar } from '../engine/build-bar.tsx';

export interface SessionNoticeProps {
  session: SessionView;
  onReset(): void;
  /** Given while the story, which has the button for it, is hidden. */
  onAcknowledge?: () => void;
}

export function SessionNotice({ session, onReset, onAcknowledge }: SessionNoticeProps) {
  const [, navigate] = useLocation();
  switch (session.state) {
    case 'preparing':
    case 'starting':
    case 'stopping':
      return <Underway session={session} />;
    case 'failed':
    case 'lost':
      return (
        <div className="note unknown" role="alert">
          <VerdictGlyph verdict="could-not-check" lamp />
          <div>
            <strong>
              {session.state === 'failed' ? 'The lab could not be started.' : 'The session’s containers or processes are gone.'}
            </strong>
            <p>{session.message} Nothing was counted.</p>
          </div>
          <div className="row">
            <Button onPress={() => navigate('/engine')}>Open Engine</Button>
            <Button look="primary" onPress={onReset}>
              Start it again
            </Button>
          </div>
        </div>
      );
    case 'stopped':
      return <Stopped session={session} />;
    case 'running':
      if (onAcknowledge && session.acknowledgedAt === null) return <Paged page={session.page} onAcknowledge={onAcknowledge} />;
      return <Remarks notices={session.notices} />;
  }
}

function Paged({ page, onAcknowledge }: { page: SessionView['page']; onAcknowledge: () => void }) {
  return (
    <div className="note notyet" role="status">
      <VerdictGlyph verdict="not-yet" lamp />
      <div>
        <strong>Page {page.severity}</strong>
        <p>{page.text}</p>
      </div>
      <Button look="primary" autoFocus onPress={onAcknowledge} aria-label="Acknowledge page">
        Acknowledge page <Keys chord="Ctrl Enter" />
      </Button>
    </div>
  );
}

function Underway({ session }: { session: SessionView }) {
  const client = useClient();
  const { data: engine } = useEngine();
  const building = session.state !== 'stopping' && session.runtime === 'docker' && engine?.image.state === 'building';
  return (
    <div className="note info" role="status">
      <VerdictGlyph verdict="working" lamp />
      <div className="stack gap">
        <strong>{session.message === '' ? 'Working.' : session.message}</strong>
        {building && engine && <BuildBar build={engine.image} />}
      </div>
      <div className="row">
        {building && <Button onPress={() => void attempt(client.engine.cancelBuild())}>Stop build</Button>}
        {session.state !== 'stopping' && (
          <Button onPress={() => void attempt(client.sessions.stop({ sessionId: session.id }))}>Cancel</Button>
        )}
      </div>
    </div>
  );
}

function Stopped({ session }: { session: SessionView }) {
  const client = useClient();
  const [, navigate] = useLocation();
  const [busy, setBusy] = useState(false);
  const again = async () => {
    setBusy(true);
    const next = await attempt(client.sessions.start({ labId: session.labId, runtime: session.runtime }));
    setBusy(false);
    if (!next) return;
    queryClient.setQueryData(keys.session(next.id), next);
    navigate(`/workstation/${next.id}`);
  };
  return (
    <div className="note info" role="status">
      <VerdictGlyph verdict="none" lamp />
      <div>
        <strong>This session has ended.</strong>
        <p>You can still read its story, objectives and hints. Its commands are in the history.</p>
      </div>
      <div className="row">
        <Button onPress={() => navigate('/')}>Go to the labs</Button>
        <Button look="primary" busy={busy} onPress={() => void again()}>
          Start it again
        </Button>
      </div>
    </div>
  );
}

function Remarks({ notices }: { notices: readonly string[] }) {
  const [closed, setClosed] = useState<readonly string[]>([]);
  const open = notices.filter((notice) => !closed.includes(notice));
  if (open.length === 0) return null;
  return (
    <div className="note info" role="note">
      <VerdictGlyph verdict="none" lamp />
      <div>
        {open.map((notice) => (
          <p key={notice}>{notice}</p>
        ))}
      </div>
      <Button look="quiet" onPress={() => setClosed(notices)}>
        Close
      </Button>
    </div>
  );
}
