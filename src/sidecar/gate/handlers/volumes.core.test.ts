/** Volumes behind the gate, before a recording engine: what engines of several versions are asked to remove. */
import { expect, it, onTestFinished } from 'vitest';
import { startGateFixture } from '../../../test-support/gate-fixture.ts';
import { rawSocket } from '../../../test-support/raw-socket.ts';

const UNNAMED = /^[0-9a-f]{64}$/;

/** Makes a volume called `kept` and one without a name, prunes, and says which are left. */
async function afterPrune(apiVersion: string, query: string): Promise<string[]> {
  const fixture = await startGateFixture({}, {}, apiVersion);
  onTestFinished(() => fixture.close());
  const ask = async (path: string, body: string): Promise<number> => {
    const head = `POST /v${apiVersion}${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n`;
    return (await rawSocket(fixture.socket, `${head}Content-Length: ${body.length}\r\n\r\n${body}`, 2_000)).status;
  };
  expect([await ask('/volumes/create', '{"Name":"kept"}'), await ask('/volumes/create', '{}')]).toEqual([201, 201]);
  expect(await ask(`/volumes/prune${query}`, '')).toBe(200);
  return fixture.gate.session.ledger.own('volume').map(({ name }) => (UNNAMED.test(name) ? 'unnamed' : name));
}

const ALL = `?filters=${encodeURIComponent('{"all":["true"]}')}`;

it('prune takes what its engine would take: all volumes before API 1.42, from then on those without a name', async () => {
  expect(await afterPrune('1.41', '')).toEqual([]);
  expect(await afterPrune('1.44', '')).toEqual(['kept']);
  expect(await afterPrune('1.44', ALL)).toEqual([]);
  expect(await afterPrune('1.44', `?filters=${encodeURIComponent('{"all":["false"]}')}`)).toEqual(['kept']);
});
