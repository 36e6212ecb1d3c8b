/** A gate in this process, before a recording engine. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { completeConfig } from '../sidecar/gate/config.ts';
import { Gate } from '../sidecar/gate/gate.ts';
import type { Limits } from '../sidecar/gate/limits.ts';
import { type RecordingEngine, startRecordingEngine } from './recording-engine.ts';

export const BASE = `sha256:${'b'.repeat(64)}`;
export const SESSION_NETWORK = 'e'.repeat(64);
export const TERMINAL = `${'7'.repeat(63)}0`;
export const SESSION = 'fixture000000001';

export interface GateFixture {
  readonly gate: Gate;
  readonly engine: RecordingEngine;
  readonly socket: string;
  close(): Promise<void>;
}

export async function startGateFixture(
  limits: Partial<Limits> = {},
  more: Record<string, unknown> = {},
  apiVersion?: string,
): Promise<GateFixture> {
  const folder = mkdtempSync(join(tmpdir(), 'ops-lab-gate-'));
  const engine = await startRecordingEngine(join(folder, 'engine.sock'), [BASE], apiVersion);
  const socket = join(folder, 'docker.sock');
  const gate = new Gate(
    completeConfig({
      sessionId: SESSION,
      engineSocket: engine.socket,
      listenSocket: socket,
      ledgerFile: join(folder, 'ledger.jsonl'),
      sessionNetworkId: SESSION_NETWORK,
      terminalContainerId: TERMINAL,
      workspaceVolume: 'ops-lab-fixture-workspace',
      allowedImages: [{ name: 'lab:latest', id: BASE }],
      labels: { 'io.ops-lab.session': SESSION },
      secret: 's'.repeat(40),
      limits: { requestsPerSecond: 1e6, requestBurst: 1e6, ...limits },
      ...more,
    }),
  );
  await gate.open();
  return {
    gate,
    engine,
    socket,
    close: async () => {
      await gate.close();
      await engine.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
