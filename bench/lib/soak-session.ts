/** One session of a soak: started, flooded in two terminals, checked, stopped. */
import { setTimeout as delay } from 'node:timers/promises';
import type { RuntimeKind } from '../../src/shared/contract/values.ts';
import { Cleanup } from './cleanup.ts';
import { type BuiltHost, type Client, startSession } from './host.ts';
import { Viewer } from './viewer.ts';

const LAB = 'too-many-open-files';
const FLOOD_MS = 2_000;

interface Soaked {
  readonly host: BuiltHost;
  readonly client: Client;
  readonly cookie: string;
  readonly runtime: RuntimeKind;
}

/** @returns bytes that came through its terminals */
export async function soakSession({ host, client, cookie, runtime }: Soaked): Promise<number> {
  const cleanup = new Cleanup();
  try {
    const { id: sessionId } = await startSession(client, LAB, runtime);
    await client.sessions.acknowledge({ sessionId });
    const view = async () => {
      const { id } = await client.terminals.open({ sessionId, name: 'shell', cols: 100, rows: 30 });
      return { id, viewer: await Viewer.open(host, cookie, id, cleanup) };
    };
    const terminals = [await view(), await view()];
    for (const { viewer } of terminals) {
      await viewer.prompt();
      viewer.tail = '';
      viewer.type('yes soaked\r');
    }
    // The checks look at a session whose terminals are flooded.
    await Promise.all([delay(FLOOD_MS), client.sessions.check({ sessionId })]);
    for (const { viewer } of terminals) {
      viewer.tail = '';
      viewer.type('\x03');
      await viewer.prompt();
    }
    // One is closed by hand, the other goes with its session.
    await client.terminals.close({ terminalId: terminals[0]?.id ?? '' });
    await client.sessions.stop({ sessionId });
    return terminals.reduce((sum, { viewer }) => sum + viewer.received, 0);
  } finally {
    await cleanup.close();
  }
}
