import { Button as AriaButton } from 'react-aria-components';
import type { EngineStatus } from '../../../shared/contract/values.ts';
import { useConnection } from '../connection/context.ts';
import { useEngine } from '../connection/queries.ts';
import { buildPercent } from '../features/engine/build-progress.ts';
import { Keys } from '../ui/keys.tsx';
import { useStore } from '../ui/store.ts';
import { type Shown, VerdictGlyph } from '../ui/verdict.tsx';

const ENGINE_WORDS: Record<EngineStatus['state'], string> = {
  ready: 'Engine ready',
  missing: 'No engine, the shell runtime is used',
  unreachable: 'Engine does not answer',
  'too-old': 'Engine is too old',
};

const IMAGE_WORDS: Record<EngineStatus['image']['state'], string> = {
  absent: 'Lab image not built',
  building: 'Building the lab image',
  ready: 'Lab image built',
  failed: 'Lab image failed',
  cancelled: 'Lab image not built',
};

function engineGlyph(engine: EngineStatus): Shown {
  if (engine.image.state === 'building') return 'working';
  if (engine.state === 'ready') return 'fixed';
  return engine.state === 'missing' ? 'none' : 'not-yet';
}

const FLAVOURS = { docker: 'Docker', podman: 'Podman', 'docker-desktop': 'Docker Desktop', unknown: 'Engine' } as const;

export function StatusBar({ onShortcuts }: { onShortcuts: () => void }) {
  const { data: engine } = useEngine();
  const connection = useConnection();
  const state = useStore(connection.state);
  return (
    <footer className="statusbar" data-region="status bar">
      {state !== 'open' && (
        <span className="row">
          <VerdictGlyph verdict="working" />
          {state === 'reconnecting' ? 'Reconnecting' : 'Connecting'}
        </span>
      )}
      {engine && (
        <>
          <span className="row">
            <VerdictGlyph verdict={engineGlyph(engine)} />
            {ENGINE_WORDS[engine.state]}
          </span>
          {engine.version && (
            <span>
              {FLAVOURS[engine.flavour ?? 'unknown']} {engine.version}
              {engine.cgroupVersion && `, cgroup v${engine.cgroupVersion}`}
            </span>
          )}
          {engine.state === 'ready' && (
            <span>
              {IMAGE_WORDS[engine.image.state]}
              {engine.image.state === 'building' && `, ${buildPercent(engine.image)}%`}
            </span>
          )}
        </>
      )}
      <span className="grow" />
      <span className="row">
        Next region <Keys chord="F6" />
      </span>
      <AriaButton onPress={onShortcuts}>
        Shortcuts <Keys chord="?" />
      </AriaButton>
    </footer>
  );
}
