/** One pane: a strip of tabs, and the terminal or file of the shown one. */
import { Columns2, FileText, Pin, Plus, Rows2, Search, Terminal as TerminalIcon, X } from 'lucide-react';
import type { ComponentPropsWithRef } from 'react';
import {
  Tab as AriaTab,
  Header,
  Menu,
  MenuItem,
  MenuSection,
  Separator as MenuSeparator,
  MenuTrigger,
  Popover,
  TabList,
  TabPanel,
  Tabs,
} from 'react-aria-components';
import type { SessionView, TerminalView } from '../../../../shared/contract/values.ts';
import { useClient, useConnection } from '../../connection/context.ts';
import { IconButton } from '../../ui/button.tsx';
import { useStore } from '../../ui/store.ts';
import { EditorBody } from '../editor/editor-body.tsx';
import { editorDocument } from '../editor/editor-document.ts';
import { TerminalBody } from '../terminals/terminal-body.tsx';
import { terminalController } from '../terminals/terminals.ts';
import { activeTab, type Pane, type Split, type Tab, tabKey } from './layout.ts';

export interface PaneActions {
  activate(paneId: string, key: string): void;
  focus(paneId: string): void;
  close(tab: Tab): void;
  openTerminal(name: string): void;
  openFile(path: string): void;
  chooseFile(): void;
  split(paneId: string, direction: Split['direction']): void;
  pin(): void;
  find(): void;
}

export interface PaneViewProps {
  pane: Pane;
  session: SessionView;
  focused: boolean;
  actions: PaneActions;
}

export function PaneView({ pane, session, focused, actions }: PaneViewProps) {
  const tab = activeTab(pane);
  const live = session.state === 'running' || session.state === 'starting';
  const view = tab?.kind === 'terminal' ? session.terminals.find((terminal) => terminal.id === tab.id) : undefined;
  const closeAt = (target: EventTarget) => {
    const key = target instanceof Element ? target.closest('[role="tab"]')?.getAttribute('data-key') : null;
    const item = pane.tabs.find((candidate) => tabKey(candidate) === key);
    if (item) actions.close(item);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: new tabs go to the pane that had the focus last
    <div className="pane-frame" onFocus={() => actions.focus(pane.id)}>
      <Tabs
        className={`pane${focused ? ' focused' : ''}`}
        selectedKey={pane.active ?? undefined}
        onSelectionChange={(key) => actions.activate(pane.id, String(key))}
        keyboardActivation="manual"
      >
        <div className="tabs">
          {/* biome-ignore lint/a11y/noStaticElementInteractions: Delete and the middle button close the tab that they are used on */}
          <div
            className="tab-strip"
            onKeyDown={(event) => {
              if (event.key === 'Delete') closeAt(event.target);
            }}
            onMouseUp={(event) => {
              if (event.button === 1) closeAt(event.target);
            }}
          >
            <TabList className="tab-list" aria-label="Terminals and files">
              {pane.tabs.map((item) => (
                <TabItem key={tabKey(item)} tab={item} session={session} />
              ))}
            </TabList>
          </div>
          <OpenMenu session={session} isDisabled={!live} actions={actions} />
          <span className="grow" />
          {view && (
            <>
              <IconButton label="Pin as evidence, Ctrl Shift E" onPress={actions.pin} isDisabled={!live}>
                <Pin className="i" aria-hidden />
              </IconButton>
              <IconButton label="Find in the terminal, Ctrl Shift F" onPress={actions.find}>
                <Search className="i" aria-hidden />
              </IconButton>
            </>
          )}
          <IconButton label="Split below" onPress={() => actions.split(pane.id, 'below')} isDisabled={!live}>
            <Rows2 className="i" aria-hidden />
          </IconButton>
          <IconButton label="Split right" onPress={() => actions.split(pane.id, 'right')} isDisabled={!live}>
            <Columns2 className="i" aria-hidden />
          </IconButton>
          {tab && (
            <IconButton label="Close the tab" onPress={() => actions.close(tab)}>
              <X className="i" aria-hidden />
            </IconButton>
          )}
        </div>
        {tab ? (
          <TabPanel key={tabKey(tab)} id={tabKey(tab)} className="pane-body" render={renderUnwatched}>
            {tab.kind === 'file' && (
              <EditorBody
                key={tab.path}
                sessionId={session.id}
                path={tab.path}
                restartable={session.state === 'running' ? session.restartable : []}
              />
            )}
            {view && (
              <TerminalBody
                key={view.id}
                view={view}
                onReopen={
                  live && session.openable.some((item) => item.name === view.name) ? () => actions.openTerminal(view.name) : undefined
                }
              />
            )}
          </TabPanel>
        ) : (
          <div className="pane-body">
            <p className="pad mid">{live ? 'Open a terminal or a file with the plus button.' : 'No terminal is open.'}</p>
          </div>
        )}
      </Tabs>
    </div>
  );
}

/**
 * A panel looks through itself for something that takes the focus after every change below the element it is given, and each
 * character that a terminal draws is one: a quarter of a keystroke. There is always something here, so it is given an empty element.
 */
function renderUnwatched({ ref, children, tabIndex: _, ...attributes }: ComponentPropsWithRef<'div'>) {
  return (
    <div {...attributes}>
      <div ref={ref} hidden />
      {children}
    </div>
  );
}

function TabItem({ tab, session }: { tab: Tab; session: SessionView }) {
  const view = tab.kind === 'terminal' ? session.terminals.find((terminal) => terminal.id === tab.id) : undefined;
  const title = tab.kind === 'file' ? tab.path.slice(tab.path.lastIndexOf('/') + 1) : titleOf(view, session.terminals);
  return (
    <AriaTab id={tabKey(tab)} className="tab">
      {tab.kind === 'file' ? <FileText className="i" aria-hidden /> : <TerminalIcon className="i" aria-hidden />}
      {title}
      {tab.kind === 'file' && <UnsavedMark session={session.id} path={tab.path} />}
      {view && <TerminalMark view={view} />}
    </AriaTab>
  );
}

/** A number is added where several terminals have the same title. */
function titleOf(view: TerminalView | undefined, all: readonly TerminalView[]): string {
  if (!view) return 'terminal';
  const same = all.filter((other) => other.title === view.title);
  return same.length > 1 ? `${view.title} ${same.indexOf(view) + 1}` : view.title;
}

function UnsavedMark({ session, path }: { session: string; path: string }) {
  const client = useClient();
  const { unsaved } = useStore(editorDocument(client, session, path).state);
  return unsaved ? <span className="tab-dot" role="img" aria-label="not saved" /> : null;
}

function TerminalMark({ view }: { view: TerminalView }) {
  const controller = terminalController(useConnection(), view);
  const unseen = useStore(controller.unseen);
  const line = useStore(controller.line);
  if (line.state === 'ended') return <span className="cap">exit {line.exitCode ?? '?'}</span>;
  return unseen ? <span className="tab-ring" role="img" aria-label="new output" /> : null;
}

function OpenMenu({ session, isDisabled, actions }: { session: SessionView; isDisabled: boolean; actions: PaneActions }) {
  return (
    <MenuTrigger>
      <IconButton label="New terminal or file" isDisabled={isDisabled}>
        <Plus className="i" aria-hidden />
      </IconButton>
      <Popover className="pop">
        <Menu className="menu" aria-label="New terminal or file">
          <MenuSection>
            <Header>Terminals</Header>
            {session.openable.map((item) => (
              <MenuItem key={item.name} id={`terminal ${item.name}`} onAction={() => actions.openTerminal(item.name)}>
                <TerminalIcon className="i" aria-hidden />
                {item.title}
              </MenuItem>
            ))}
          </MenuSection>
          <MenuSeparator />
          <MenuSection>
            <Header>Files</Header>
            {session.editorFiles.map((path) => (
              <MenuItem key={path} id={`file ${path}`} textValue={path} onAction={() => actions.openFile(path)}>
                <FileText className="i" aria-hidden />
                <span className="mono">{path}</span>
              </MenuItem>
            ))}
            <MenuItem id="choose" onAction={actions.chooseFile}>
              <Plus className="i" aria-hidden />
              Open a file…
            </MenuItem>
          </MenuSection>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
