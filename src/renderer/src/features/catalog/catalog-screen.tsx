/** The labs: what was reported, what runs out, how it stands; beside it the one that is chosen. */
import { Search } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import {
  Cell,
  Column,
  Input,
  Row,
  SearchField,
  type Selection,
  Table,
  TableBody,
  TableHeader,
  ToggleButton,
  ToggleButtonGroup,
} from 'react-aria-components';
import { useLocation } from 'wouter';
import { useCommands } from '../../app/commands.ts';
import type { LabList } from '../../connection/client.ts';
import { useEngine, useLabs, useSettings } from '../../connection/queries.ts';
import { Button } from '../../ui/button.tsx';
import { focusRow } from '../../ui/focus-row.ts';
import { count, formatElapsed } from '../../ui/format.ts';
import { Keys } from '../../ui/keys.tsx';
import { Empty, Failure, Loading } from '../../ui/states.tsx';
import { VerdictGlyph, verdictClass } from '../../ui/verdict.tsx';
import { EngineNotice } from './engine-notice.tsx';
import { LabDetail } from './lab-detail.tsx';
import { LabProblems } from './lab-problems.tsx';
import { filterLabs, type LabFilter, labState, type RuntimeKind, runtimeFor } from './lab-state.ts';
import { useStartLab } from './use-start-lab.ts';
import './catalog.css';

type Lab = LabList['labs'][number];

const LEVELS = { beginner: 1, intermediate: 2, advanced: 3 } as const;

export function CatalogScreen() {
  const labs = useLabs();
  const engine = useEngine();
  const { data: settings } = useSettings();
  const [location, navigate] = useLocation();
  const [filter, setFilter] = useState<LabFilter>('all');
  const [text, setText] = useState('');
  /** The runtime that was chosen by hand, for one lab. */
  const [picked, setPicked] = useState<{ labId: string; runtime: RuntimeKind } | null>(null);
  const search = useRef<HTMLInputElement>(null);
  const all = labs.data?.labs ?? [];
  const shown = useMemo(() => filterLabs(labs.data?.labs ?? [], filter, text), [labs.data, filter, text]);
  const wanted = /^\/labs\/([^/]+)$/.exec(location)?.[1];
  const chosen = shown.find((lab) => lab.id === wanted) ?? shown[0] ?? null;
  const { starting, start } = useStartLab();
  useEffect(() => {
    // What a started lab needs is fetched while the learner still reads; if that fails, when it is needed.
    import('../workstation/workstation-screen.tsx').catch(() => {});
  }, []);
  const runtimeOf = (lab: Lab) => runtimeFor(lab, picked?.labId === lab.id ? picked.runtime : undefined, settings?.preferredRuntime);
  const begin = (lab: Lab) => void start(lab, runtimeOf(lab));
  const choose = (labId: string) => navigate(`/labs/${labId}`, { replace: true });
  const step = (by: number) => {
    const index = shown.findIndex((lab) => lab.id === chosen?.id);
    const next = shown[Math.max(0, Math.min(shown.length - 1, index + by))];
    if (!next) return;
    choose(next.id);
    // Enter acts on the row that has the focus.
    focusRow('labs', next.id);
  };
  useCommands([
    { id: 'next-lab', title: 'Next lab', keys: ['J'], hidden: true, run: () => step(1) },
    { id: 'previous-lab', title: 'Previous lab', keys: ['K'], hidden: true, run: () => step(-1) },
    { id: 'filter-labs', title: 'Filter the labs', keys: ['/'], run: () => search.current?.focus() },
    {
      id: 'start-lab',
      title: chosen?.liveSessionId ? 'Go on with the chosen lab' : 'Start the chosen lab',
      isEnabled: chosen !== null,
      run: () => chosen && begin(chosen),
    },
  ]);
  return (
    <main className="two" id="main" tabIndex={-1}>
      <section className="stack" aria-label="Labs" data-region="labs">
        <div className="screenhead">
          <div className="grow">
            <h1 className="h-page">Labs</h1>
            <p className="mid">
              {labs.data ? `${count(all.length, 'real failure')}, on this machine.` : 'Real failures, on this machine.'}
            </p>
          </div>
          <ToggleButtonGroup
            className="seg"
            aria-label="Show"
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={[filter]}
            onSelectionChange={(keys) => setFilter([...keys][0] as LabFilter)}
          >
            <ToggleButton id="all">All {all.length}</ToggleButton>
            <ToggleButton id="open">Open {filterLabs(all, 'open', '').length}</ToggleButton>
            <ToggleButton id="fixed">Fixed {filterLabs(all, 'fixed', '').length}</ToggleButton>
          </ToggleButtonGroup>
          <SearchField className="field catalog-search" aria-label="Filter the labs" value={text} onChange={setText}>
            <Search className="i" aria-hidden />
            <Input placeholder="Filter" ref={search} />
            <Keys chord="/" />
          </SearchField>
        </div>
        <EngineNotice engine={engine.data} />
        <div className="panel grow">
          <div className="pbody">
            {labs.isPending && <Loading what="the labs" />}
            {labs.isError && <Failure error={labs.error} retry={() => void labs.refetch()} />}
            {labs.data && all.length === 0 && (
              <Empty icon={<Search className="i big" aria-hidden />} title="No labs are here">
                {labs.data.problems.length > 0
                  ? 'None of the labs could be loaded. What was found wrong is listed below.'
                  : 'The folder with the labs is empty. Start Ops Lab with --labs DIR to use labs from elsewhere.'}
              </Empty>
            )}
            {labs.data && all.length > 0 && shown.length === 0 && (
              <Empty
                icon={<Search className="i big" aria-hidden />}
                title={text.trim() !== '' ? 'No lab matches' : filter === 'fixed' ? 'No lab is fixed yet' : 'Every lab is fixed'}
                action={
                  <Button
                    onPress={() => {
                      setText('');
                      setFilter('all');
                      search.current?.focus();
                    }}
                  >
                    Show all labs
                  </Button>
                }
              >
                {text.trim() === ''
                  ? `${count(all.length, 'lab')} in all.`
                  : `${count(all.length, 'lab')} searched by title, summary, concept and what runs out.`}
              </Empty>
            )}
            {shown.length > 0 && <LabTable labs={shown} chosen={chosen?.id ?? null} onChoose={choose} onStart={begin} />}
            {labs.data && <LabProblems problems={labs.data.problems} />}
            {shown.length > 0 && (
              <p className="pad cap">
                <Keys chord="J K" /> move, <Keys chord="Enter" /> starts the lab, <Keys chord="/" /> filters.
              </p>
            )}
          </div>
        </div>
      </section>
      {chosen ? (
        <LabDetail
          key={chosen.id}
          lab={chosen}
          runtime={runtimeOf(chosen)}
          onPick={(runtime) => setPicked({ labId: chosen.id, runtime })}
          starting={starting}
          onStart={() => begin(chosen)}
        />
      ) : (
        <section className="panel" aria-label="Lab" />
      )}
    </main>
  );
}

interface LabTableProps {
  labs: readonly Lab[];
  chosen: string | null;
  onChoose(labId: string): void;
  onStart(lab: Lab): void;
}

function LabTable({ labs, chosen, onChoose, onStart }: LabTableProps) {
  return (
    <Table
      aria-label="Labs"
      className="labs"
      selectionMode="single"
      selectionBehavior="replace"
      disallowEmptySelection
      selectedKeys={chosen === null ? [] : [chosen]}
      onSelectionChange={(keys: Selection) => {
        if (keys !== 'all') for (const key of keys) onChoose(String(key));
      }}
      onRowAction={(key) => {
        const lab = labs.find((candidate) => candidate.id === key);
        if (lab) onStart(lab);
      }}
    >
      <TableHeader>
        <Column className="col-lamp">
          <span className="sr">State</span>
        </Column>
        <Column isRowHeader>What was reported</Column>
        <Column className="col-resource">What runs out</Column>
        <Column className="col-level">Level</Column>
        <Column className="col-minutes right">Usual</Column>
        <Column className="col-best">Your best</Column>
      </TableHeader>
      <TableBody items={labs} dependencies={[chosen]}>
        {(lab) => <LabRow lab={lab} />}
      </TableBody>
    </Table>
  );
}

function LabRow({ lab }: { lab: Lab }) {
  const state = labState(lab);
  const figures = [lab.bestMs === null ? '' : formatElapsed(lab.bestMs), lab.bestPoints === null ? '' : count(lab.bestPoints, 'point')];
  const best = figures.filter(Boolean).join(', ') || state.detail;
  return (
    <Row id={lab.id} textValue={lab.title} data-lab={lab.id}>
      <Cell className="col-lamp">
        <VerdictGlyph verdict={state.shape} lamp />
      </Cell>
      <Cell>
        <div className="lab-title">
          {lab.title} {lab.thirdParty && <span className="tag">third-party</span>}
        </div>
        <div className="mid lab-summary">{lab.summary}</div>
      </Cell>
      <Cell className="mid nowrap">{lab.resource}</Cell>
      <Cell>
        <span className="level">
          {[1, 2, 3].map((step) => (
            <i key={step} className={step <= LEVELS[lab.level] ? 'on' : ''} aria-hidden="true" />
          ))}
          <span className="sr">{lab.level}</span>
        </span>
      </Cell>
      <Cell className="right nowrap mid">{lab.minutes} min</Cell>
      <Cell>
        <div className={`${verdictClass(state.shape)}${lab.state === 'new' ? '' : ' strong-inherit'}`}>{state.word}</div>
        {best !== '' && <div className="mid">{best}</div>}
      </Cell>
    </Row>
  );
}
