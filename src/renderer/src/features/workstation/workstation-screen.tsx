import { FlaskConical } from 'lucide-react';
import { useEffect } from 'react';
import { Redirect, useLocation } from 'wouter';
import { isLive } from '../../../../shared/domain/session-state.ts';
import { errorCode } from '../../app/error-words.ts';
import { useSession, useSessions, useSettings } from '../../connection/queries.ts';
import { Button } from '../../ui/button.tsx';
import { Empty, Failure, Loading } from '../../ui/states.tsx';
import { configureTerminals } from '../terminals/terminals.ts';
import { Bench } from './bench.tsx';
import './workstation.css';

export default function WorkstationScreen({ sessionId }: { sessionId: string | null }) {
  const { data: settings } = useSettings();
  useEffect(() => {
    if (settings) configureTerminals(settings);
  }, [settings]);
  return sessionId === null ? <ChooseSession /> : <OneSession sessionId={sessionId} />;
}

function ChooseSession() {
  const sessions = useSessions();
  const [, navigate] = useLocation();
  const live = sessions.data?.find((session) => isLive(session.state));
  if (live) return <Redirect to={`/workstation/${live.id}`} replace />;
  return (
    <main className="panel" id="main" tabIndex={-1}>
      <h1 className="sr">Workstation</h1>
      {sessions.isPending && <Loading what="your sessions" />}
      {sessions.isError && <Failure error={sessions.error} retry={() => void sessions.refetch()} />}
      {sessions.data && (
        <Empty
          icon={<FlaskConical className="i big" aria-hidden />}
          title="No lab is running"
          action={
            <Button look="primary" onPress={() => navigate('/')}>
              Choose a lab
            </Button>
          }
        >
          Start a lab: its terminals, files, objectives and hints are then here. A session can go on after you have closed the app.
        </Empty>
      )}
    </main>
  );
}

function OneSession({ sessionId }: { sessionId: string }) {
  const session = useSession(sessionId);
  const [, navigate] = useLocation();
  // What this page knows of a session that is gone, or another learner's, is nobody's bench any more.
  if (session.data && errorCode(session.error) !== 'not-found') return <Bench session={session.data} />;
  return (
    <main className="panel" id="main" tabIndex={-1}>
      <h1 className="sr">Workstation</h1>
      {session.isError ? (
        <Failure
          error={session.error}
          retry={() => void session.refetch()}
          action={
            <Button look="primary" onPress={() => navigate('/')}>
              Go to the labs
            </Button>
          }
        />
      ) : (
        <Loading what="the session" />
      )}
    </main>
  );
}
