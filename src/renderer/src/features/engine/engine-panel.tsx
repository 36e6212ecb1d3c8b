/** The left side of the engine screen: the engine that was found, and the lab image with its build. */
import type { UseQueryResult } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { EngineStatus } from '../../../../shared/contract/values.ts';
import { attempt } from '../../app/notice.tsx';
import type { ImageBuild } from '../../connection/client.ts';
import { useClient } from '../../connection/context.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { ask } from '../../ui/dialog.tsx';
import { count, formatBytes, formatDuration } from '../../ui/format.ts';
import { Failure, Loading } from '../../ui/states.tsx';
import { type Shown, VerdictGlyph } from '../../ui/verdict.tsx';
import { BuildBar } from './build-bar.tsx';

const ENGINE_STATES: Record<EngineStatus['state'], { shape: Shown; title: string }> = {
  ready: { shape: 'fixed', title: 'The engine is ready' },
  missing: { shape: 'none', title: 'No container engine was found' },
  unreachable: { shape: 'not-yet', title: 'The engine does not answer' },
  'too-old': { shape: 'not-yet', title: 'The engine is too old' },
};

const FLAVOURS = { docker: 'Docker', podman: 'Podman', 'docker-desktop': 'Docker Desktop', unknown: 'unknown' } as const;

export function EnginePanel({ engine }: { engine: UseQueryResult<EngineStatus> }) {
  return (
    <section className="panel engine-side" aria-label="Engine" data-region="engine">
      <div className="pad engine-title">
        <h1 className="h-page">Engine</h1>
        <p className="mid">Labs run in containers on this machine. Your commands stay here.</p>
      </div>
      <div className="pbody">
        {engine.isPending && <Loading what="the engine" />}
        {engine.isError && <Failure error={engine.error} retry={() => void engine.refetch()} />}
        {engine.data && (
          <>
            <EngineFacts engine={engine.data} />
            <LabImage build={engine.data.image} ready={engine.data.state === 'ready'} />
            <CleanUp ready={engine.data.state === 'ready'} />
          </>
        )}
      </div>
    </section>
  );
}

function EngineFacts({ engine }: { engine: EngineStatus }) {
  const state = ENGINE_STATES[engine.state];
  const facts: [string, string | null][] = [
    ['Address', engine.endpoint],
    ['Kind', engine.flavour && FLAVOURS[engine.flavour]],
    ['Version', engine.version && `${engine.version}${engine.apiVersion ? `, API ${engine.apiVersion}` : ''}`],
    ['Control groups', engine.cgroupVersion && `v${engine.cgroupVersion}`],
    ['Storage', engine.storageDriver],
    ['Free on disk', engine.freeBytes === null ? null : formatBytes(engine.freeBytes)],
    ['Rights', engine.state === 'ready' ? (engine.rootless ? 'rootless' : 'root') : null],
  ];
  return (
    <section className="engine-step" aria-label="Container engine">
      <VerdictGlyph verdict={state.shape} lamp />
      <div className="stack gap">
        <h2 className="strong">{state.title}</h2>
        {engine.state !== 'ready' && engine.message !== '' && <p className="mid">{engine.message}</p>}
        {engine.flavour === 'docker-desktop' && (
          <p className="mid">This engine runs in a virtual machine: what is measured describes that machine.</p>
        )}
        {engine.state !== 'ready' && <p className="mid">Labs that have the shell runtime work without an engine.</p>}
        <dl className="facts">
          {facts
            .filter(([, value]) => value)
            .map(([name, value]) => (
              <div key={name} className="fact">
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
        </dl>
      </div>
    </section>
  );
}

const IMAGE_STATES: Record<ImageBuild['state'], { shape: Shown; title: string }> = {
  absent: { shape: 'none', title: 'The lab image is not built' },
  building: { shape: 'working', title: 'Building the lab image' },
  ready: { shape: 'fixed', title: 'The lab image is built' },
  failed: { shape: 'not-yet', title: 'The lab image could not be built' },
  cancelled: { shape: 'none', title: 'The build was stopped' },
};

function LabImage({ build, ready }: { build: ImageBuild; ready: boolean }) {
  const client = useClient();
  const [busy, setBusy] = useState(false);
  const run = async (call: Promise<unknown>) => {
    setBusy(true);
    await attempt(call);
    setBusy(false);
  };
  const building = build.state === 'building';
  const state = IMAGE_STATES[build.state];
  return (
    <section className={`engine-step${building ? ' now' : ''}`} aria-label="Lab image">
      <VerdictGlyph verdict={state.shape} lamp />
      <div className="stack gap">
        <h2 className="strong">{ready || build.state !== 'absent' ? state.title : 'The lab image waits for an engine'}</h2>
        {build.tag !== '' && <p className="mono dim">{build.tag}</p>}
        {build.error && <p className="v-notyet">{build.error}</p>}
        {build.state === 'cancelled' && <p className="mid">What was done so far is kept; the next build goes on from there.</p>}
        {build.state === 'ready' && build.elapsedMs > 0 && <p className="mid">Built in {formatDuration(build.elapsedMs)}.</p>}
        {(building || build.state === 'failed') && <BuildBar build={build} tall />}
        <div className="row">
          {building ? (
            <StopBuild onPress={() => void run(client.engine.cancelBuild())} />
          ) : (
            build.state !== 'ready' && (
              <Button look="primary" isDisabled={!ready} busy={busy} onPress={() => void run(client.engine.buildImage({}))}>
                Build lab image
              </Button>
            )
          )}
          {build.log.length > 0 && <CopyButton label="Copy log" name="Copy log" text={build.log.join('\n')} />}
        </div>
        {build.log.length > 0 && <BuildLog log={build.log} />}
      </div>
    </section>
  );
}

/** Where the button for building was a moment ago: the second half of a double click is no wish to stop. */
function StopBuild({ onPress }: { onPress: () => void }) {
  const [armed, setArmed] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setArmed(true), 700);
    return () => clearTimeout(timer);
  }, []);
  return (
    <Button isDisabled={!armed} onPress={onPress}>
      Stop build
    </Button>
  );
}

/** The newest lines; it follows the end unless the reader has scrolled up. */
function BuildLog({ log }: { log: readonly string[] }) {
  const box = useRef<HTMLPreElement>(null);
  const following = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: new lines are what moves the end
  useEffect(() => {
    if (box.current && following.current) box.current.scrollTop = box.current.scrollHeight;
  }, [log]);
  return (
    <pre
      className="build-log scroll"
      ref={box}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a log that scrolls must be reachable with the keyboard
      tabIndex={0}
      aria-label="Build log"
      role="log"
      onScroll={({ currentTarget: element }) => {
        following.current = element.scrollHeight - element.scrollTop - element.clientHeight < 24;
      }}
    >
      {log.join('\n')}
    </pre>
  );
}

function CleanUp({ ready }: { ready: boolean }) {
  const client = useClient();
  const [removed, setRemoved] = useState<string[] | null>(null);
  const clean = async () => {
    const yes = await ask({
      title: 'Remove what Ops Lab left behind?',
      body: 'Containers, networks and volumes of Ops Lab that no running session owns are removed. Nothing else on the engine is touched.',
      confirm: 'Remove them',
      cancel: 'Leave them',
      danger: true,
    });
    if (!yes) return;
    const answer = await attempt(client.engine.clean());
    if (answer) setRemoved(answer.removed);
  };
  return (
    <section className="engine-step" aria-label="Clean up">
      <VerdictGlyph verdict="none" lamp />
      <div className="stack gap">
        <h2 className="strong">Clean up</h2>
        <p className="mid" role="status">
          {removed === null ? 'Removes what a crash may have left on the engine.' : `${count(removed.length, 'thing')} removed.`}
        </p>
        {removed !== null && removed.length > 0 && <p className="mono cap">{removed.join(', ')}</p>}
        <div className="row">
          <Button isDisabled={!ready} onPress={() => void clean()}>
            Clean up
          </Button>
        </div>
      </div>
    </section>
  );
}
