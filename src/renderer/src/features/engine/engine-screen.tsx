/** The engine, the lab image and the doctor: what this machine can run, and the commands that mend the rest. */
import { RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { Cell, Column, Row, type Selection, Table, TableBody, TableHeader } from 'react-aria-components';
import type { DoctorItem } from '../../../../shared/contract/values.ts';
import { useCommands } from '../../app/commands.ts';
import { attempt } from '../../app/notice.tsx';
import { useClient } from '../../connection/context.ts';
import { keys, queryClient, useDoctor, useEngine } from '../../connection/queries.ts';
import { Button } from '../../ui/button.tsx';
import { CommandLine, CopyButton } from '../../ui/copy-button.tsx';
import { count } from '../../ui/format.ts';
import { Keys } from '../../ui/keys.tsx';
import { Failure, Loading } from '../../ui/states.tsx';
import { type Shown, VerdictGlyph, verdictClass } from '../../ui/verdict.tsx';
import { doctorReport } from './doctor-report.ts';
import { EnginePanel } from './engine-panel.tsx';
import './engine.css';

const STATES: Record<DoctorItem['state'], { shape: Shown; word: string }> = {
  passed: { shape: 'fixed', word: 'Passed' },
  failed: { shape: 'not-yet', word: 'Failed' },
  warning: { shape: 'mitigated', word: 'Warning' },
  unknown: { shape: 'could-not-check', word: 'Could not check' },
};

export default function EngineScreen() {
  const client = useClient();
  const engine = useEngine();
  const doctor = useDoctor();
  const [checking, setChecking] = useState(false);
  const [picked, setPicked] = useState<string | null>(null);
  const items = doctor.data ?? [];
  const chosen = items.find((item) => item.id === picked) ?? items.find((item) => item.state !== 'passed') ?? items[0] ?? null;
  const checkAgain = async () => {
    setChecking(true);
    const status = await attempt(client.engine.refresh());
    if (status) queryClient.setQueryData(keys.engine, status);
    await Promise.all([doctor.refetch(), queryClient.invalidateQueries({ queryKey: keys.labs })]);
    setChecking(false);
  };
  useCommands([{ id: 'check-machine', title: 'Check this machine again', keys: ['Ctrl Enter'], run: () => void checkAgain() }]);
  return (
    <main className="engine-screen" id="main" tabIndex={-1}>
      <EnginePanel engine={engine} />
      <section className="stack" aria-label="Doctor" data-region="doctor">
        <div className="screenhead">
          <div className="grow">
            <h2 className="h-page">Doctor</h2>
            <p className="mid">{doctor.data ? doctorSummary(items) : 'What this machine needs to run the labs.'}</p>
          </div>
          {doctor.data && <CopyButton label="Copy report" name="Copy report" text={doctorReport(items)} />}
          <Button look="primary" busy={checking} onPress={() => void checkAgain()} aria-label="Check again">
            <RotateCcw className="i" aria-hidden />
            Check again <Keys chord="Ctrl Enter" />
          </Button>
        </div>
        <div className="panel grow">
          <div className="pbody doctor-list">
            {doctor.isPending && <Loading what="the checks" />}
            {doctor.isError && <Failure error={doctor.error} retry={() => void doctor.refetch()} />}
            {doctor.data && (
              <Table
                aria-label="Checks of this machine"
                className="doctor"
                selectionMode="single"
                selectionBehavior="replace"
                disallowEmptySelection
                selectedKeys={chosen ? [chosen.id] : []}
                onSelectionChange={(selection: Selection) => {
                  if (selection !== 'all') for (const key of selection) setPicked(String(key));
                }}
              >
                <TableHeader>
                  <Column isRowHeader>Check</Column>
                  <Column>Found</Column>
                  <Column className="right">Result</Column>
                </TableHeader>
                <TableBody items={items}>
                  {(item) => (
                    <Row id={item.id} textValue={item.title}>
                      <Cell>
                        <span className="row">
                          <VerdictGlyph verdict={STATES[item.state].shape} />
                          <span className={item.state === 'passed' ? '' : 'strong'}>{item.title}</span>
                        </span>
                      </Cell>
                      <Cell className="mid doctor-detail">{item.detail}</Cell>
                      <Cell
                        className={`right nowrap ${verdictClass(STATES[item.state].shape)}${item.state === 'passed' ? '' : ' strong-inherit'}`}
                      >
                        {STATES[item.state].word}
                      </Cell>
                    </Row>
                  )}
                </TableBody>
              </Table>
            )}
          </div>
          {chosen && <DoctorDetail item={chosen} />}
        </div>
      </section>
    </main>
  );
}

function doctorSummary(items: readonly DoctorItem[]): string {
  const failed = items.filter((item) => item.state === 'failed').length;
  const unknown = items.filter((item) => item.state === 'unknown').length;
  const warnings = items.filter((item) => item.state === 'warning').length;
  if (failed + unknown + warnings === 0) return `All ${count(items.length, 'check')} passed.`;
  const parts = [
    failed > 0 ? `${count(failed, 'check')} failed` : '',
    warnings > 0 ? count(warnings, 'warning') : '',
    unknown > 0 ? `${unknown} could not run` : '',
  ].filter((part) => part !== '');
  return `${parts.join(', ')}; ${items.length} in all.`;
}

function DoctorDetail({ item }: { item: DoctorItem }) {
  return (
    <section className="doctor-chosen divided pad scroll" aria-label={item.title}>
      <div className="row">
        <VerdictGlyph verdict={STATES[item.state].shape} lamp />
        <h3 className="h-lg">{item.title}</h3>
      </div>
      <p className="mid">{item.detail}</p>
      {item.affects !== '' && item.state !== 'passed' && (
        <dl className="facts">
          <dt>Affects</dt>
          <dd>{item.affects}</dd>
        </dl>
      )}
      {item.command !== '' && (
        <>
          <h4 className="h-sec">What mends it</h4>
          <div>
            {item.command.split('\n').map((command) => (
              <CommandLine key={command} command={command} />
            ))}
          </div>
          <p className="cap">Run it in a terminal of your own. Ops Lab never changes this machine’s settings for you.</p>
        </>
      )}
    </section>
  );
}
