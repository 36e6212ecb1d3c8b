/** Terminals and files: the tree of panes, and what tabs can do. */
import { Fragment, useEffect, useRef, useState } from 'react';
import { Group, Panel, Separator } from 'react-resizable-panels';
import type { SessionView, TerminalView } from '../../../../shared/contract/values.ts';
import { announce } from '../../app/announce.tsx';
import { useCommands } from '../../app/commands.ts';
import { attempt } from '../../app/notice.tsx';
import { useClient } from '../../connection/context.ts';
import { keys, queryClient } from '../../connection/queries.ts';
import { ask } from '../../ui/dialog.tsx';
import { useStore } from '../../ui/store.ts';
import { OpenFileDialog } from '../editor/open-file-dialog.tsx';
import { isBusy } from '../terminals/running-commands.ts';
import { disposeControllers, existingController, focusedTerminal } from '../terminals/terminals.ts';
import * as tabs from './layout.ts';
import { layoutStore } from './layout-store.ts';
import { type PaneActions, PaneView } from './pane-view.tsx';

/** Sessions in which this page has opened the first terminal by itself. */
const firstOpened = new Set<string>();

export function Centre({ session }: { session: SessionView }) {
  const client = useClient();
  const store = layoutStore(session.id);
  const layout = useStore(store);
  const [choosing, setChoosing] = useState(false);
  const live = session.state === 'running' || session.state === 'starting';
  const terminals = session.terminals;

  useEffect(() => {
    const ids = terminals.map((terminal) => terminal.id);
    store.update((before) => {
      const next = tabs.reconcile(before, ids);
      return JSON.stringify(next) === JSON.stringify(before) ? before : next;
    });
    disposeControllers((id) => existingController(id)?.sessionId === session.id && !ids.includes(id));
  }, [store, terminals, session.id]);

  // The files that the lab is about are there as tabs from the start.
  const filesOffered = useRef(false);
  useEffect(() => {
    if (filesOffered.current || session.state !== 'running') return;
    filesOffered.current = true;
    if (sessionStorage.getItem(`ops-lab:files:${session.id}`)) return;
    sessionStorage.setItem(`ops-lab:files:${session.id}`, 'offered');
    for (const path of session.editorFiles) store.update((before) => tabs.openTab(before, { kind: 'file', path }, true));
  }, [session, store]);

  const openTerminal = async (name: string, place: (view: TerminalView) => void) => {
    const size = focusedTerminal(session.id)?.size ?? { cols: 80, rows: 24 };
    const view = await attempt(client.terminals.open({ sessionId: session.id, name, ...size }));
    if (!view) return;
    queryClient.setQueryData<SessionView>(keys.session(session.id), (before) =>
      before && !before.terminals.some((terminal) => terminal.id === view.id)
        ? { ...before, terminals: [...before.terminals, view] }
        : before,
    );
    place(view);
  };
  const openInFocused = (name: string) =>
    openTerminal(name, (view) => store.update((before) => tabs.openTab(before, { kind: 'terminal', id: view.id })));

  // A lab without any terminal open gets its first shell by itself.
  const firstShell = session.openable.find((terminal) => terminal.kind === 'shell')?.name;
  useEffect(() => {
    if (session.state !== 'running' || terminals.length > 0 || !firstShell || firstOpened.has(session.id)) return;
    firstOpened.add(session.id);
    void openInFocused(firstShell);
  });

  const actions: PaneActions = {
    activate: (paneId, key) => store.update((before) => tabs.activate(before, paneId, key)),
    focus: (paneId) => store.update((before) => tabs.focusPane(before, paneId)),
    close: (tab) => void close(tab),
    openTerminal: (name) => void openInFocused(name),
    openFile: (path) => store.update((before) => tabs.openTab(before, { kind: 'file', path })),
    chooseFile: () => setChoosing(true),
    split: (paneId, direction) => split(paneId, direction),
    pin: () => void pin(),
    find: () => find(),
  };

  const close = async (tab: tabs.Tab) => {
    if (tab.kind === 'file') {
      store.update((before) => tabs.closeTab(before, tabs.tabKey(tab)));
      return;
    }
    const view = terminals.find((terminal) => terminal.id === tab.id);
    if (view?.state === 'running' && isBusy(session.id, view.name)) {
      const yes = await ask({
        title: `Close ${view.title}?`,
        body: 'A command is running in it. Closing the terminal ends it.',
        confirm: 'End it and close',
        cancel: 'Leave it open',
        danger: true,
      });
      if (!yes) return;
    }
    store.update((before) => tabs.closeTab(before, tabs.tabKey(tab)));
    if (view?.state === 'running') await attempt(client.terminals.close({ terminalId: tab.id }));
    disposeControllers((id) => id === tab.id);
  };

  const split = (paneId: string, direction: tabs.Split['direction']) => {
    const pane = tabs.panes(layout.root).find((candidate) => candidate.id === paneId);
    if (!pane) return;
    if (pane.tabs.length > 1) {
      store.update((before) => tabs.splitPane(before, paneId, direction));
      return;
    }
    // A pane with one tab keeps it; the new half gets another shell.
    const tab = tabs.activeTab(pane);
    const shown = tab?.kind === 'terminal' ? terminals.find((terminal) => terminal.id === tab.id) : undefined;
    const name = shown?.kind === 'shell' ? shown.name : firstShell;
    if (name) {
      void openTerminal(name, (view) =>
        store.update((before) => tabs.splitWith(before, paneId, direction, { kind: 'terminal', id: view.id })),
      );
    }
  };

  const shownTerminal = () => {
    const tab = tabs.activeTab(tabs.focusedPane(store.get()));
    return tab?.kind === 'terminal' ? existingController(tab.id) : undefined;
  };
  const pin = async () => {
    const controller = shownTerminal() ?? focusedTerminal(session.id);
    const text = controller?.evidence() ?? '';
    if (!controller || text === '') {
      announce('There is no line to pin yet.');
      return;
    }
    const after = await attempt(client.sessions.pin({ sessionId: session.id, terminalId: controller.id, text }));
    if (!after) return;
    queryClient.setQueryData(keys.session(after.id), after);
    announce(`Pinned as evidence: ${text}`);
  };
  const find = () => shownTerminal()?.searching.set(true);

  const focused = tabs.focusedPane(layout);
  const shown = tabs.activeTab(focused);
  const onTerminal = shown?.kind === 'terminal';
  useCommands([
    {
      id: 'split-below',
      title: 'Split below',
      keys: ['Ctrl Shift -'],
      inTerminal: true,
      isEnabled: live,
      run: () => split(focused.id, 'below'),
    },
    {
      id: 'split-right',
      title: 'Split right',
      keys: ['Ctrl Shift \\'],
      inTerminal: true,
      isEnabled: live,
      run: () => split(focused.id, 'right'),
    },
    { id: 'pin', title: 'Pin as evidence', keys: ['Ctrl Shift E'], inTerminal: true, isEnabled: onTerminal, run: () => void pin() },
    { id: 'find', title: 'Find in the terminal', keys: ['Ctrl Shift F'], inTerminal: true, isEnabled: onTerminal, run: find },
    {
      id: 'new-terminal',
      title: 'New terminal',
      keys: ['Ctrl Shift T'],
      inTerminal: true,
      desktopOnly: true,
      isEnabled: live && firstShell !== undefined,
      run: () => firstShell && void openInFocused(firstShell),
    },
    {
      id: 'close-tab',
      title: 'Close the tab',
      keys: ['Ctrl Shift W'],
      inTerminal: true,
      desktopOnly: true,
      isEnabled: shown !== undefined,
      run: () => shown && void close(shown),
    },
    {
      id: 'next-tab',
      title: 'Next tab',
      keys: ['Ctrl Tab'],
      inTerminal: true,
      desktopOnly: true,
      run: () => store.update((before) => tabs.stepTab(before, 1)),
    },
    {
      id: 'previous-tab',
      title: 'Previous tab',
      keys: ['Ctrl Shift Tab'],
      inTerminal: true,
      desktopOnly: true,
      run: () => store.update((before) => tabs.stepTab(before, -1)),
    },
    ...session.openable.map((terminal) => ({
      id: `open ${terminal.name}`,
      title: `Open ${terminal.title}`,
      isEnabled: live,
      run: () => void openInFocused(terminal.name),
    })),
    ...session.editorFiles.map((path) => ({ id: `edit ${path}`, title: `Edit ${path}`, run: () => actions.openFile(path) })),
    { id: 'open-file', title: 'Open a file', isEnabled: live, run: () => setChoosing(true) },
  ]);

  return (
    <section className="centre-panes" data-region="terminal" aria-label="Terminals and files">
      <NodeView node={layout.root} session={session} focused={focused.id} actions={actions} />
      {choosing && <OpenFileDialog sessionId={session.id} onOpen={actions.openFile} onClose={() => setChoosing(false)} />}
    </section>
  );
}

interface NodeProps {
  node: tabs.LayoutNode;
  session: SessionView;
  focused: string;
  actions: PaneActions;
}

function NodeView({ node, session, focused, actions }: NodeProps) {
  if (node.type === 'pane') return <PaneView pane={node} session={session} focused={focused === node.id} actions={actions} />;
  return (
    <Group orientation={node.direction === 'right' ? 'horizontal' : 'vertical'} className="split-group">
      {node.children.map((child, index) => (
        <Fragment key={child.id}>
          {index > 0 && (
            <Separator className={`edge ${node.direction === 'right' ? 'vertical' : 'horizontal'}`} aria-label="Size of the split" />
          )}
          <Panel id={child.id} minSize={80}>
            <NodeView node={child} session={session} focused={focused} actions={actions} />
          </Panel>
        </Fragment>
      ))}
    </Group>
  );
}
