/** Everything by name: commands, the learner's history (inserted, never run), labs. */
import { useQuery } from '@tanstack/react-query';
import { Check, ChevronRight, Search, Terminal as TerminalIcon } from 'lucide-react';
import { useState } from 'react';
import {
  Autocomplete,
  Collection,
  Dialog,
  Header,
  Input,
  ListBox,
  ListBoxItem,
  ListBoxSection,
  Modal,
  ModalOverlay,
  SearchField,
} from 'react-aria-components';
import { useLocation } from 'wouter';
import { useClient } from '../connection/context.ts';
import { keys as queryKeys, useLabs } from '../connection/queries.ts';
import { canInsertIntoShell, insertIntoShell } from '../features/terminals/terminals.ts';
import { formatDateTime } from '../ui/format.ts';
import { Keys } from '../ui/keys.tsx';
import { Marked } from '../ui/marked.tsx';
import { useDebounced } from '../ui/use-debounced.ts';
import { useCurrentCommands } from './commands.ts';
import { showNotice } from './notice.tsx';
import './palette.css';

interface Entry {
  id: string;
  text: string;
  detail: string;
  chord?: string;
  kind: 'command' | 'history' | 'lab';
  run(): void;
}

const ICONS = {
  command: <Check className="i" aria-hidden />,
  history: <TerminalIcon className="i" aria-hidden />,
  lab: <ChevronRight className="i" aria-hidden />,
};
const TITLES = { command: 'Run', history: 'Your history, inserted and not run', lab: 'Labs' };

function matches(text: string, words: readonly string[]): boolean {
  const lower = text.toLowerCase();
  return words.every((word) => lower.includes(word));
}

export function Palette({ initial, onClose }: { initial: string; onClose: () => void }) {
  const [text, setText] = useState(initial);
  const [location, navigate] = useLocation();
  const client = useClient();
  const commands = useCurrentCommands();
  const { data: labs } = useLabs();
  const only = text.startsWith('>') ? 'command' : text.startsWith('!') ? 'history' : null;
  const query = (only ? text.slice(1) : text).trim();
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const searched = useDebounced(query, 120);
  const { data: history } = useQuery({
    queryKey: [...queryKeys.history, 'palette', searched],
    queryFn: ({ signal }) => client.history.search({ text: searched, limit: 8 }, { signal }),
    enabled: only !== 'command' && (searched !== '' || only === 'history'),
    placeholderData: (before) => before,
  });

  const insert = async (command: string) => {
    const shown = /^\/workstation\/([^/]+)$/.exec(location)?.[1];
    if (!canInsertIntoShell(shown)) {
      showNotice({ title: 'No shell is open', message: 'The command was put nowhere.', next: 'Start a lab, or open a shell in it.' });
    }
    const sessionId = await insertIntoShell(command, shown);
    if (sessionId !== null) navigate(`/workstation/${sessionId}`);
  };

  const entries: Entry[] = [];
  if (only !== 'history') {
    for (const command of commands) {
      if (command.hidden || !matches(command.title, words)) continue;
      entries.push({ id: command.id, text: command.title, detail: '', chord: command.keys?.[0], kind: 'command', run: command.run });
    }
  }
  if (only !== 'command' && (query !== '' || only === 'history')) {
    for (const row of history?.commands ?? []) {
      entries.push({
        id: `history ${row.id}`,
        text: row.command,
        detail: `${row.labTitle}, ${formatDateTime(row.startedAt)}`,
        kind: 'history',
        run: () => void insert(row.command),
      });
    }
  }
  if (only === null) {
    for (const lab of labs?.labs ?? []) {
      if (!matches(`${lab.title} ${lab.id} ${lab.summary}`, words)) continue;
      const session = lab.liveSessionId;
      entries.push({
        id: `lab ${lab.id}`,
        text: lab.title,
        detail: session ? 'open now' : lab.resource,
        kind: 'lab',
        run: () => navigate(session ? `/workstation/${session}` : `/labs/${lab.id}`),
      });
    }
  }
  const sections = (['command', 'history', 'lab'] as const)
    .map((kind) => ({ id: kind, entries: entries.filter((entry) => entry.kind === kind) }))
    .filter((section) => section.entries.length > 0);

  return (
    <ModalOverlay className="scrim" isOpen isDismissable onOpenChange={(open) => !open && onClose()}>
      <Modal className="modal palette">
        <Dialog className="dialog" aria-label="Command palette">
          <div
            className="palette-body"
            onKeyDownCapture={(event) => {
              if (event.key !== 'Escape') return;
              event.stopPropagation();
              onClose();
            }}
          >
            <Autocomplete inputValue={text} onInputChange={setText} disableVirtualFocus={false}>
              <SearchField className="palette-field" aria-label="Search or run a command" autoFocus>
                <Search className="i" aria-hidden />
                <Input placeholder="Search or run a command" />
                <span className="cap row">
                  <Keys chord="Esc" /> closes
                </span>
              </SearchField>
              <ListBox
                className="menu palette-list scroll"
                aria-label="Results"
                items={sections}
                selectionMode="none"
                onAction={(key) => {
                  onClose();
                  // After the dialog has gone, so that a command may move the focus or open another one.
                  const entry = entries.find((candidate) => candidate.id === key);
                  setTimeout(() => entry?.run());
                }}
                renderEmptyState={() => (
                  <p className="pad mid">Nothing matches. Commands of a lab are here while its workstation is open.</p>
                )}
              >
                {(section) => (
                  <ListBoxSection id={`section ${section.id}`}>
                    <Header>{TITLES[section.id]}</Header>
                    <Collection items={section.entries}>
                      {(entry) => (
                        <ListBoxItem id={entry.id} textValue={entry.text}>
                          {ICONS[entry.kind]}
                          <span className={`grow ell${entry.kind === 'history' ? ' mono' : ''}`}>
                            <Marked text={entry.text} words={words} />
                          </span>
                          {entry.chord ? <Keys chord={entry.chord} /> : <span className="cap">{entry.detail}</span>}
                        </ListBoxItem>
                      )}
                    </Collection>
                  </ListBoxSection>
                )}
              </ListBox>
            </Autocomplete>
            <div className="palette-foot">
              <span className="code">&gt;</span> commands only <span className="code">!</span> history only
              <span className="grow" />
              {entries.length} shown
            </div>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
