/** Every command of the learner, searchable: what it was, how it ended, where and when. */
import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query';
import { ChevronDown, Search, Terminal as TerminalIcon } from 'lucide-react';
import { useRef, useState } from 'react';
import {
  Button as AriaButton,
  Cell,
  Column,
  Input,
  ListBox,
  ListBoxItem,
  Popover,
  Row,
  SearchField,
  Select,
  type Selection,
  SelectValue,
  Table,
  TableBody,
  TableHeader,
  ToggleButton,
  ToggleButtonGroup,
} from 'react-aria-components';
import { useLocation } from 'wouter';
import type { CommandRow } from '../../../../shared/contract/values.ts';
import { useCommands } from '../../app/commands.ts';
import { useClient } from '../../connection/context.ts';
import { keys, useLabs } from '../../connection/queries.ts';
import { Button } from '../../ui/button.tsx';
import { focusRow } from '../../ui/focus-row.ts';
import { count, formatDateTime, formatDuration } from '../../ui/format.ts';
import { Marked } from '../../ui/marked.tsx';
import { Empty, Failure, Loading } from '../../ui/states.tsx';
import { useDebounced } from '../../ui/use-debounced.ts';
import { CommandDetail } from './command-detail.tsx';
import { exitWord } from './exit-codes.ts';
import './history.css';

const PAGE = 50;
const ANY_LAB = 'any';
/** What the core takes, in characters. */
const LONGEST_SEARCH = 200;

interface Answer {
  commands: CommandRow[];
  more: boolean;
}

export default function HistoryScreen() {
  const client = useClient();
  const { data: labs } = useLabs();
  const [, navigate] = useLocation();
  const [text, setText] = useState('');
  const [labId, setLabId] = useState(ANY_LAB);
  const [failedOnly, setFailedOnly] = useState(false);
  const [picked, setPicked] = useState<number | null>(null);
  const search = useRef<HTMLInputElement>(null);
  const searched = useDebounced(text.trim(), 100);
  const filter = { text: searched, labId: labId === ANY_LAB ? undefined : labId, failedOnly };
  const history = useInfiniteQuery<Answer, Error, InfiniteData<Answer>, readonly unknown[], number | undefined>({
    queryKey: [...keys.history, 'screen', filter],
    queryFn: ({ signal, pageParam }) => client.history.search({ ...filter, before: pageParam, limit: PAGE }, { signal }),
    initialPageParam: undefined,
    getNextPageParam: (last) => (last.more ? last.commands.at(-1)?.id : undefined),
    placeholderData: (before) => before,
  });
  const rows = history.data?.pages.flatMap((page) => page.commands) ?? [];
  const chosen = rows.find((row) => row.id === picked) ?? rows[0] ?? null;
  const words = searched.split(/\s+/).filter(Boolean);
  const filtered = searched !== '' || labId !== ANY_LAB || failedOnly;
  const step = (by: number) => {
    const index = rows.findIndex((row) => row.id === chosen?.id);
    const next = rows[Math.max(0, Math.min(rows.length - 1, index + by))];
    if (!next) return;
    setPicked(next.id);
    focusRow('history', next.id);
  };
  const clear = () => {
    setText('');
    setLabId(ANY_LAB);
    setFailedOnly(false);
  };
  useCommands([
    { id: 'next-command', title: 'Next command', keys: ['J'], hidden: true, run: () => step(1) },
    { id: 'previous-command', title: 'Previous command', keys: ['K'], hidden: true, run: () => step(-1) },
    { id: 'focus-search', title: 'Search the history', keys: ['/'], hidden: true, run: () => search.current?.focus() },
  ]);
  return (
    <main className="two" id="main" tabIndex={-1}>
      <section className="stack" aria-label="Commands" data-region="commands">
        <div className="screenhead">
          <h1 className="h-page">History</h1>
          <SearchField className="field grow" aria-label="Search commands" value={text} onChange={setText} autoFocus>
            <Search className="i" aria-hidden />
            <Input className="mono" placeholder="Search commands" ref={search} maxLength={LONGEST_SEARCH} />
            <span className="cap" role="status">
              {history.data && `${count(rows.length, 'command')}${history.hasNextPage ? ', and more' : ''}`}
            </span>
          </SearchField>
        </div>
        <div className="history-filters">
          <Select aria-label="Lab" selectedKey={labId} onSelectionChange={(key) => setLabId(String(key))}>
            <AriaButton className="btn">
              <SelectValue />
              <ChevronDown className="i" aria-hidden />
            </AriaButton>
            <Popover className="pop">
              <ListBox className="menu">
                <ListBoxItem id={ANY_LAB}>Lab: any</ListBoxItem>
                {(labs?.labs ?? []).map((lab) => (
                  <ListBoxItem key={lab.id} id={lab.id}>
                    {lab.title}
                  </ListBoxItem>
                ))}
              </ListBox>
            </Popover>
          </Select>
          <ToggleButtonGroup
            className="seg"
            aria-label="Exit"
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={[failedOnly ? 'failed' : 'any']}
            onSelectionChange={(selection) => setFailedOnly(selection.has('failed'))}
          >
            <ToggleButton id="any">Exit: any</ToggleButton>
            <ToggleButton id="failed">Failed only</ToggleButton>
          </ToggleButtonGroup>
        </div>
        <div className="panel grow">
          <div className="pbody">
            {history.isPending && <Loading what="the history" />}
            {history.isError && <Failure error={history.error} retry={() => void history.refetch()} />}
            {history.data && rows.length === 0 && !filtered && (
              <Empty
                icon={<TerminalIcon className="i big" aria-hidden />}
                title="No commands yet"
                action={
                  <Button look="primary" onPress={() => navigate('/')}>
                    Choose a lab
                  </Button>
                }
              >
                Every command that you type in a lab is kept here, on this machine, with its exit code, how long it took, and where it ran.
              </Empty>
            )}
            {history.data && rows.length === 0 && filtered && (
              <Empty
                icon={<Search className="i big" aria-hidden />}
                title={
                  searched === '' ? (
                    'No such command'
                  ) : (
                    <>
                      Nothing matches <span className="mono">{searched}</span>
                    </>
                  )
                }
                action={<Button onPress={clear}>{searched === '' ? 'Show all commands' : 'Clear the search'}</Button>}
              >
                {searched === ''
                  ? 'None of your commands is of this kind.'
                  : 'The commands themselves are searched: each word, anywhere in them. Use fewer words or another lab.'}
              </Empty>
            )}
            {rows.length > 0 && <HistoryTable rows={rows} words={words} chosen={chosen?.id ?? null} onChoose={setPicked} />}
            {history.hasNextPage && (
              <div className="pad">
                <Button busy={history.isFetchingNextPage} onPress={() => void history.fetchNextPage()}>
                  Show older commands
                </Button>
              </div>
            )}
          </div>
        </div>
      </section>
      {chosen ? <CommandDetail row={chosen} /> : <aside className="panel" aria-label="Command" />}
    </main>
  );
}

interface HistoryTableProps {
  rows: readonly CommandRow[];
  words: readonly string[];
  chosen: number | null;
  onChoose(id: number): void;
}

function HistoryTable({ rows, words, chosen, onChoose }: HistoryTableProps) {
  return (
    <Table
      aria-label="Commands"
      className="history"
      selectionMode="single"
      selectionBehavior="replace"
      disallowEmptySelection
      selectedKeys={chosen === null ? [] : [chosen]}
      onSelectionChange={(selection: Selection) => {
        if (selection !== 'all') for (const key of selection) onChoose(Number(key));
      }}
    >
      <TableHeader>
        <Column isRowHeader>Command</Column>
        <Column className="col-lab">Lab</Column>
        <Column className="col-exit right">Exit</Column>
        <Column className="col-took right">Took</Column>
        <Column className="col-when right">When</Column>
      </TableHeader>
      <TableBody items={rows} dependencies={[words.join(' ')]}>
        {(row) => (
          <Row id={row.id} textValue={row.command}>
            <Cell className="command">
              <Marked text={row.command} words={words} />
            </Cell>
            <Cell className="mid col-lab ell">{row.labTitle}</Cell>
            <Cell className={`tnum ${exitWord(row).failed ? 'v-notyet' : 'mid'}`}>{exitWord(row).short}</Cell>
            <Cell className="tnum mid">{row.durationMs === null ? '' : formatDuration(row.durationMs)}</Cell>
            <Cell className="mid nowrap right">{formatDateTime(row.startedAt)}</Cell>
          </Row>
        )}
      </TableBody>
    </Table>
  );
}
