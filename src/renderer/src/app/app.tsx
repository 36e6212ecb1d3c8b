import { QueryClientProvider } from '@tanstack/react-query';
import { Suspense, useEffect, useRef } from 'react';
import { Route, Router, Switch, useLocation } from 'wouter';
import { useHashLocation } from 'wouter/use-hash-location';
import type { Connection } from '../connection/connection.ts';
import { ConnectionContext } from '../connection/context.ts';
import { queryClient, useLearners, useSettings } from '../connection/queries.ts';
import { CatalogScreen } from '../features/catalog/catalog-screen.tsx';
import { disposeControllers } from '../features/terminals/terminals.ts';
import { QuestionHost } from '../ui/dialog.tsx';
import { lazily } from '../ui/lazily.tsx';
import { Loading } from '../ui/states.tsx';
import { useStore } from '../ui/store.ts';
import { Announcer } from './announce.tsx';
import { listenForChords } from './commands.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { Frame } from './frame.tsx';
import { LoginPage } from './login-page.tsx';
import { rememberRegionFocus } from './regions.ts';
import { chooseTheme } from './theme.ts';

const WorkstationScreen = lazily(() => import('../features/workstation/workstation-screen.tsx'));
const HistoryScreen = lazily(() => import('../features/history/history-screen.tsx'));
const ProgressScreen = lazily(() => import('../features/progress/progress-screen.tsx'));
const EngineScreen = lazily(() => import('../features/engine/engine-screen.tsx'));
const LearnersScreen = lazily(() => import('../features/learners/learners-screen.tsx'));
const SettingsScreen = lazily(() => import('../features/settings/settings-screen.tsx'));

function Screens() {
  const [location] = useLocation();
  return (
    <ErrorBoundary resetKey={location}>
      <Suspense
        fallback={
          <main className="panel" id="main">
            <Loading what="the screen" />
          </main>
        }
      >
        <Switch>
          <Route path="/workstation/:sessionId?">
            {({ sessionId }) => <WorkstationScreen key={sessionId ?? 'none'} sessionId={sessionId ?? null} />}
          </Route>
          <Route path="/history" component={HistoryScreen} />
          <Route path="/progress" component={ProgressScreen} />
          <Route path="/engine" component={EngineScreen} />
          <Route path="/learners/:action?">{({ action }) => <LearnersScreen adding={action === 'add'} />}</Route>
          <Route path="/settings" component={SettingsScreen} />
          <Route component={CatalogScreen} />
        </Switch>
      </Suspense>
    </ErrorBoundary>
  );
}

function SettingsFollower() {
  const { data: settings } = useSettings();
  useEffect(() => {
    if (settings) chooseTheme(settings.theme);
  }, [settings]);
  return null;
}

/** When somebody else practises, this page lets go of what it knows of the other's sessions, their terminals included. */
function LearnerFollower() {
  const { data: learners } = useLearners();
  const current = learners?.find((learner) => learner.current)?.id;
  const before = useRef(current);
  useEffect(() => {
    if (current === undefined || current === before.current) return;
    if (before.current !== undefined) {
      disposeControllers(() => true);
      void queryClient.resetQueries({ queryKey: ['session'] });
    }
    before.current = current;
  }, [current]);
  return null;
}

export function App({ connection }: { connection: Connection }) {
  const state = useStore(connection.state);
  useEffect(() => listenForChords(connection.kind === 'desktop'), [connection]);
  useEffect(rememberRegionFocus, []);
  if (state === 'unauthorized') return <LoginPage />;
  return (
    <ConnectionContext value={connection}>
      <QueryClientProvider client={queryClient}>
        <Router hook={useHashLocation}>
          <SettingsFollower />
          <LearnerFollower />
          <Frame>
            <Screens />
          </Frame>
          <QuestionHost />
          <Announcer />
        </Router>
      </QueryClientProvider>
    </ConnectionContext>
  );
}
