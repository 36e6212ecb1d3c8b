/** How each lab stands for this learner, and the attempts so far. */
import { useQuery } from '@tanstack/react-query';
import { ChartNoAxesColumn } from 'lucide-react';
import { useState } from 'react';
import { Cell, Column, Row, type Selection, Table, TableBody, TableHeader } from 'react-aria-components';
import { useLocation } from 'wouter';
import { isLive } from '../../../../shared/domain/session-state.ts';
import type { LabProgress, SessionSummary } from '../../connection/client.ts';
import { useClient } from '../../connection/context.ts';
import { keys, useLabs, useLearners, useProgress, useSessions } from '../../connection/queries.ts';
import { Button } from '../../ui/button.tsx';
import { count, formatDateTime, formatDay, formatDuration, formatElapsed, formatQuantity, formatTime } from '../../ui/format.ts';
import { Empty, Failure, Loading } from '../../ui/states.tsx';
import { VerdictGlyph, VerdictLabel, verdictWord } from '../../ui/verdict.tsx';
import './progress.css';

export default function ProgressScreen() {
  const progress = useProgress();
  const { data: learners } = useLearners();
  const [, navigate] = useLocation();
  const [picked, setPicked] = useState<string | null>(null);
  const learner = learners?.find((candidate) => candidate.current);
  const labs = progress.data?.labs ?? [];
  const catalog = useLabs();
  // A lab that was tried and is not here any more counts as well.
  const all = new Set([...labs.map(({ labId }) => labId), ...(catalog.data?.labs ?? []).map(({ id }) => id)]);
  const tried = labs.filter((lab) => lab.attempts > 0);
  const chosen = labs.find((lab) => lab.labId === picked) ?? tried[0] ?? labs[0] ?? null;
  return (
    <main className="two" id="main" tabIndex={-1}>
      <section className="stack" aria-label="Progress" data-region="progress">
        <div className="screenhead figures">
          <div className="grow">
            <h1 className="h-page">Progress</h1>
            <p className="mid">{learner && `${learner.name}, since ${formatDay(learner.createdAt)}`}</p>
          </div>
          {progress.data && (
            <>
              <Figure value={`${labs.filter((lab) => lab.best === 'fixed').length}`} of={`of ${all.size}`} label="fixed" />
              <Figure value={`${labs.filter((lab) => lab.best === 'mitigated').length}`} label="mitigated, will recur" />
              <Figure value={`${progress.data.commands}`} label="commands" />
              <Figure value={formatElapsed(progress.data.practisedMs)} label="practised" />
            </>
          )}
        </div>
        <div className="panel grow">
          <div className="pbody">
            {progress.isPending && <Loading what="your progress" />}
            {progress.isError && <Failure error={progress.error} retry={() => void progress.refetch()} />}
            {progress.data && tried.length === 0 && (
              <Empty
                icon={<ChartNoAxesColumn className="i big" aria-hidden />}
                title="Nothing tried yet"
                action={
                  <Button look="primary" onPress={() => navigate('/')}>
                    Choose a lab
                  </Button>
                }
              >
                Each attempt is kept here with its verdict, its time and what it cost in points.
              </Empty>
            )}
            {tried.length > 0 && (
              <Table
                aria-label="Progress by lab"
                className="progress-table"
                selectionMode="single"
                selectionBehavior="replace"
                disallowEmptySelection
                selectedKeys={chosen ? [chosen.labId] : []}
                onSelectionChange={(selection: Selection) => {
                  if (selection !== 'all') for (const key of selection) setPicked(String(key));
                }}
              >
                <TableHeader>
                  <Column isRowHeader>Lab</Column>
                  <Column>Best</Column>
                  <Column className="right">Best time</Column>
                  <Column className="right">Points</Column>
                  <Column className="right">Attempts</Column>
                  <Column className="right">Hints</Column>
                  <Column className="right">Last</Column>
                </TableHeader>
                <TableBody items={labs.map((lab) => ({ ...lab, id: lab.labId }))}>{(lab) => <LabRow lab={lab} />}</TableBody>
              </Table>
            )}
          </div>
        </div>
      </section>
      {chosen ? <Attempts key={chosen.labId} lab={chosen} /> : <aside className="panel" aria-label="Attempts" />}
    </main>
  );
}

function Figure({ value, of, label }: { value: string; of?: string; label: string }) {
  return (
    <div className="kv">
      <b className="figure">
        {value} {of && <small>{of}</small>}
      </b>
      <span>{label}</span>
    </div>
  );
}

function LabRow({ lab }: { lab: LabProgress }) {
  return (
    <Row id={lab.labId} textValue={lab.labTitle}>
      <Cell>
        <span className="strong">{lab.labTitle}</span>
        <div className="cap mono">{lab.labId}</div>
      </Cell>
      <Cell>
        {lab.attempts === 0 ? <span className="mid">Not started</span> : <VerdictLabel verdict={lab.best} />}
        {lab.assisted && <div className="cap">assisted</div>}
      </Cell>
      <Cell className="tnum">{lab.bestMs === null ? '–' : formatElapsed(lab.bestMs)}</Cell>
      <Cell className="tnum">{lab.bestPoints ?? '–'}</Cell>
      <Cell className="tnum">{lab.attempts}</Cell>
      <Cell className="tnum">{lab.hints}</Cell>
      <Cell className="right nowrap mid">{lab.lastAt === null ? '–' : formatDateTime(lab.lastAt)}</Cell>
    </Row>
  );
}

function Attempts({ lab }: { lab: LabProgress }) {
  const sessions = useSessions();
  const attempts = (sessions.data ?? []).filter((session) => session.labId === lab.labId);
  return (
    <aside className="panel" aria-label="Attempts" data-region="attempts">
      <div className="phead">
        <h2>{lab.labTitle}</h2>
        <span className="cap">{count(lab.attempts, 'attempt')}</span>
      </div>
      <div className="pbody">
        {sessions.isPending && <Loading what="the attempts" />}
        {sessions.isError && <Failure error={sessions.error} retry={() => void sessions.refetch()} />}
        {sessions.data && attempts.length === 0 && <p className="pad mid">Not tried yet.</p>}
        <ol>
          {attempts.map((session) => (
            <Attempt key={session.id} session={session} />
          ))}
        </ol>
      </div>
    </aside>
  );
}

function Attempt({ session }: { session: SessionSummary }) {
  const [, navigate] = useLocation();
  const [open, setOpen] = useState(false);
  const live = isLive(session.state);
  return (
    <li className="attempt">
      <VerdictGlyph verdict={session.verdict ?? 'none'} lamp />
      <div className="stack gap">
        <div className="row">
          <span className="strong">{verdictWord(session.verdict)}</span>
          <span className="mid">
            {session.solvedMs === null ? (live ? 'open now' : 'not solved') : `solved in ${formatDuration(session.solvedMs)}`}
          </span>
          <span className="grow" />
          <span className="num">{count(session.points, 'point')}</span>
        </div>
        <p className="cap">
          {formatDateTime(session.startedAt)}, {session.runtime}
          {session.assisted && ', assisted'}
        </p>
        <div className="row">
          <Button size="sm" onPress={() => navigate(`/workstation/${session.id}`)}>
            {live ? 'Go on' : 'Look at it'}
          </Button>
          <Button size="sm" look="quiet" aria-expanded={open} onPress={() => setOpen(!open)}>
            Verdicts over time
          </Button>
        </div>
        {open && <Verdicts session={session} />}
      </div>
    </li>
  );
}

function Verdicts({ session: { id: sessionId, labId } }: { session: SessionSummary }) {
  const client = useClient();
  const { data: catalog } = useLabs();
  const objectives = catalog?.labs.find((lab) => lab.id === labId)?.objectives;
  // Of a lab that has changed or is gone, the id is all that is known.
  const titleOf = (id: string) => objectives?.find((objective) => objective.id === id)?.title ?? id;
  const verdicts = useQuery({
    queryKey: [...keys.progress, 'verdicts', sessionId],
    queryFn: ({ signal }) => client.progress.verdicts({ sessionId }, { signal }),
  });
  if (verdicts.isPending) return <Loading what="the verdicts" />;
  if (verdicts.isError) return <Failure error={verdicts.error} retry={() => void verdicts.refetch()} />;
  if (verdicts.data.length === 0) return <p className="mid">Nothing was measured.</p>;
  return (
    <ol className="verdicts">
      {verdicts.data.map((entry) => {
        const main = entry.measurements.find((measurement) => !measurement.holds) ?? entry.measurements[0];
        return (
          <li key={`${entry.objective} ${entry.at}`} className="row">
            <span className="mono dim">{formatTime(entry.at)}</span>
            <VerdictLabel verdict={entry.verdict} />
            <span className="ell grow mid" title={titleOf(entry.objective)}>
              {titleOf(entry.objective)}
            </span>
            {main && <span className="mono nowrap">{formatQuantity(main.value, main.unit)}</span>}
          </li>
        );
      })}
    </ol>
  );
}
