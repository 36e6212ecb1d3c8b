/** One terminal inside a pane: its screen, the search bar above and the notice below. */
import { ArrowDown, ArrowUp, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Input, SearchField } from 'react-aria-components';
import type { TerminalView } from '../../../../shared/contract/values.ts';
import { useConnection } from '../../connection/context.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { useStore } from '../../ui/store.ts';
import { VerdictGlyph } from '../../ui/verdict.tsx';
import type { TerminalController } from './terminal-controller.ts';
import { terminalController } from './terminals.ts';
import './terminals.css';

export function TerminalBody({ view, onReopen }: { view: TerminalView; onReopen?: () => void }) {
  const controller = terminalController(useConnection(), view);
  const place = useRef<HTMLDivElement>(null);
  const searching = useStore(controller.searching);
  useEffect(() => {
    if (!place.current) return;
    controller.attach(place.current);
    return () => controller.detach();
  }, [controller]);
  useEffect(() => {
    if (view.state === 'exited') controller.markEnded(view.exitCode);
  }, [controller, view.state, view.exitCode]);
  return (
    <div className="terminal-body">
      {searching && <TerminalSearch controller={controller} />}
      <div className="terminal-place" ref={place} />
      <LineNotice controller={controller} view={view} onReopen={onReopen} />
    </div>
  );
}

function TerminalSearch({ controller }: { controller: TerminalController }) {
  const [text, setText] = useState('');
  const matches = useStore(controller.matches);
  const words = matches === null ? '' : matches.count === 0 ? 'No match' : `${matches.index + 1} of ${matches.count}`;
  return (
    <search className="terminal-search" aria-label="Find in the terminal">
      <SearchField
        className="field grow"
        aria-label="Find in the terminal"
        autoFocus
        value={text}
        onChange={(value) => {
          setText(value);
          controller.find(value, 'previous', true);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') controller.find(text, event.shiftKey ? 'next' : 'previous');
          else if (event.key === 'Escape') controller.endSearch();
          else event.continuePropagation();
        }}
      >
        <Input className="mono" placeholder="Find" />
        <span className="cap" role="status">
          {words}
        </span>
      </SearchField>
      <IconButton label="Previous match" onPress={() => controller.find(text, 'previous')}>
        <ArrowUp className="i" aria-hidden />
      </IconButton>
      <IconButton label="Next match" onPress={() => controller.find(text, 'next')}>
        <ArrowDown className="i" aria-hidden />
      </IconButton>
      <IconButton label="Close the search" onPress={() => controller.endSearch()}>
        <X className="i" aria-hidden />
      </IconButton>
    </search>
  );
}

function LineNotice({ controller, view, onReopen }: { controller: TerminalController; view: TerminalView; onReopen?: () => void }) {
  const line = useStore(controller.line);
  const ended = line.state === 'ended' || view.state === 'exited';
  if (ended) {
    const code = line.state === 'ended' ? line.exitCode : view.exitCode;
    const signal = line.state === 'ended' ? line.signal : null;
    return (
      <div className={`note ${code === 0 ? 'info' : 'notyet'}`} role="status">
        <VerdictGlyph verdict={code === 0 ? 'none' : 'not-yet'} lamp />
        <div>
          <strong>{endWords(view, code, signal)}</strong>
          <p>Its output is kept above.</p>
        </div>
        {onReopen && <Button onPress={onReopen}>Open it again</Button>}
      </div>
    );
  }
  if (line.state === 'live') return null;
  return (
    <div className="note info" role="status">
      <VerdictGlyph verdict="working" lamp />
      <div>
        <strong>{line.state === 'connecting' ? `Connecting to ${view.title}.` : 'Reconnecting.'}</strong>
        {line.state === 'reconnecting' && <p>The program goes on. Its screen comes back as it is then.</p>}
      </div>
    </div>
  );
}

function endWords(view: TerminalView, code: number | null, signal: number | null): string {
  if (signal) return `${view.title} was ended by signal ${signal}.`;
  return code === null ? `${view.title} has ended.` : `${view.title} has ended, exit ${code}.`;
}
