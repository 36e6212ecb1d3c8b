/** Says above the labs what is missing of the engine, where that keeps labs from running as they could. */
import { useState } from 'react';
import type { EngineStatus } from '../../../../shared/contract/values.ts';
import { attempt } from '../../app/notice.tsx';
import { useClient } from '../../connection/context.ts';
import { Button } from '../../ui/button.tsx';
import { VerdictGlyph } from '../../ui/verdict.tsx';

export function EngineNotice({ engine }: { engine: EngineStatus | undefined }) {
  const client = useClient();
  const [busy, setBusy] = useState(false);
  if (!engine || engine.state === 'ready') return null;
  const again = async () => {
    setBusy(true);
    await attempt(client.engine.refresh());
    setBusy(false);
  };
  return (
    <div className="note info" role="status">
      <VerdictGlyph verdict={engine.state === 'missing' ? 'none' : 'not-yet'} lamp />
      <div>
        <strong>No container engine can be used.</strong>
        <p>{engine.message} Labs that have the shell runtime work without an engine.</p>
      </div>
      <div className="row">
        <Button busy={busy} onPress={() => void again()}>
          Check again
        </Button>
        <a className="btn" href="#/engine">
          Open Engine
        </a>
      </div>
    </div>
  );
}
