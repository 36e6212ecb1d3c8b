/** What surrounds every screen: title bar, notices, status bar, palette and the list of shortcuts. */
import { Moon, Search, Sun } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { Link, useLocation } from 'wouter';
import { isLive } from '../../../shared/domain/session-state.ts';
import { useClient, useConnection } from '../connection/context.ts';
import { useSessions } from '../connection/queries.ts';
import { LearnerMenu } from '../features/learners/learner-menu.tsx';
import { IconButton } from '../ui/button.tsx';
import { Keys } from '../ui/keys.tsx';
import { useStore } from '../ui/store.ts';
import { VerdictGlyph } from '../ui/verdict.tsx';
import { useCommands } from './commands.ts';
import { Mark } from './mark.tsx';
import { attempt, NoticeBar } from './notice.tsx';
import { Palette } from './palette.tsx';
import { stepRegion } from './regions.ts';
import { ShortcutsDialog } from './shortcuts-dialog.tsx';
import { StatusBar } from './status-bar.tsx';
import { theme } from './theme.ts';

const NAVIGATION = [
  { path: '/', title: 'Labs' },
  { path: '/workstation', title: 'Workstation' },
  { path: '/history', title: 'History' },
  { path: '/progress', title: 'Progress' },
  { path: '/engine', title: 'Engine' },
  { path: '/settings', title: 'Settings' },
] as const;

function Navigation() {
  const [location] = useLocation();
  const { data: sessions } = useSessions();
  const live = sessions?.find((session) => isLive(session.state));
  const workstation = live ? `/workstation/${live.id}` : '/workstation';
  return (
    <nav className="nav" aria-label="Main">
      {NAVIGATION.map(({ path, title }) => {
        const here = path === '/' ? location === '/' || location.startsWith('/labs') : location.startsWith(path);
        // Where one is already, it leads to the same session.
        const to = path === '/workstation' ? (here ? location : workstation) : path;
        return (
          <Link key={path} href={to} aria-current={here ? 'page' : undefined} data-title={title}>
            {title}
          </Link>
        );
      })}
    </nav>
  );
}

function ThemeButton() {
  const client = useClient();
  const shown = useStore(theme);
  const next = shown === 'dark' ? 'light' : 'dark';
  return (
    <IconButton label={`Use the ${next} theme`} onPress={() => void attempt(client.settings.set({ theme: next }))}>
      {shown === 'dark' ? <Sun className="i" aria-hidden /> : <Moon className="i" aria-hidden />}
    </IconButton>
  );
}

function ConnectionNotice() {
  const connection = useConnection();
  const state = useStore(connection.state);
  if (state !== 'reconnecting') return null;
  return (
    <div className="note info" role="status">
      <VerdictGlyph verdict="working" lamp />
      <div>
        <strong>Reconnecting.</strong>
        <p>The line to Ops Lab is down. Your session goes on there, and nothing in the terminals is lost.</p>
      </div>
      <AriaButton className="btn" onPress={() => connection.retry()}>
        Try now
      </AriaButton>
    </div>
  );
}

export function Frame({ children }: { children: ReactNode }) {
  const [, navigate] = useLocation();
  const [palette, setPalette] = useState<string | null>(null);
  const [shortcuts, setShortcuts] = useState(false);
  useCommands([
    { id: 'palette', title: 'Open the command palette', keys: ['Ctrl K'], hidden: true, run: () => setPalette('') },
    {
      id: 'palette-anywhere',
      title: 'Open the command palette',
      keys: ['Ctrl Shift K', 'F1'],
      inTerminal: true,
      hidden: true,
      run: () => setPalette(''),
    },
    {
      id: 'search-history',
      title: 'Search history',
      keys: ['Ctrl Shift R'],
      inTerminal: true,
      run: () => setPalette('!'),
    },
    { id: 'next-region', title: 'Go to the next region', keys: ['F6', 'Ctrl F6'], inTerminal: true, run: () => stepRegion(1) },
    {
      id: 'previous-region',
      title: 'Go to the previous region',
      keys: ['Shift F6', 'Ctrl Shift F6'],
      inTerminal: true,
      run: () => stepRegion(-1),
    },
    { id: 'shortcuts', title: 'Show all shortcuts', keys: ['?'], run: () => setShortcuts(true) },
    ...NAVIGATION.map(({ path, title }) => ({ id: `go ${path}`, title: `Go to ${title}`, run: () => navigate(path) })),
    { id: 'go /learners', title: 'Go to Learners', run: () => navigate('/learners') },
  ]);
  return (
    <div className="app">
      <header className="titlebar" data-region="title bar">
        {/* biome-ignore lint/a11y/useValidAnchor: it is a link to a place of this page; the hash holds the screen, so it cannot be followed */}
        <a
          className="skip"
          href="#main"
          onClick={(event) => {
            event.preventDefault();
            document.getElementById('main')?.focus();
          }}
        >
          Skip to content
        </a>
        <div className="brand">
          <Mark />
          Ops Lab
        </div>
        <Navigation />
        <AriaButton className="cmdfield" onPress={() => setPalette('')} aria-label="Search or run a command">
          <Search className="i" aria-hidden />
          <span className="grow ell">Search or run a command</span>
          <Keys chord="Ctrl K" />
        </AriaButton>
        <LearnerMenu />
        <ThemeButton />
      </header>
      <div>
        <ConnectionNotice />
        <NoticeBar />
      </div>
      {children}
      <StatusBar onShortcuts={() => setShortcuts(true)} />
      {palette !== null && <Palette initial={palette} onClose={() => setPalette(null)} />}
      {shortcuts && <ShortcutsDialog onClose={() => setShortcuts(false)} />}
    </div>
  );
}
