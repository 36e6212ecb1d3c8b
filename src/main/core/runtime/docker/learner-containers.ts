/** What the learner made with docker in a session, as the engine itself sees it. */
import type Docker from 'dockerode';
import { callEngine } from '../../engine/api.ts';
import { LABEL } from '../../engine/labels.ts';
import type { LearnerContainer } from '../runtime.ts';
import { GATE } from './gate-process.ts';
import type { SessionIdentity } from './names.ts';
import { sessionFilter } from './resources.ts';

interface Listed {
  readonly Id: string;
  readonly Names?: readonly string[];
  readonly State: string;
  readonly Command: string;
  readonly NetworkSettings?: { readonly Networks?: Readonly<Record<string, { readonly IPAddress?: string } | null>> };
}

/**
 * The containers that came through the session's gate; learners cannot set these labels. Those of the lab itself are not among them.
 * @throws what dockerode throws
 */
export async function learnerContainers(docker: Docker, { sessionId }: SessionIdentity): Promise<LearnerContainer[]> {
  const filters = { label: [...sessionFilter(sessionId), `${LABEL.service}=${GATE}`] };
  const list = await callEngine<Listed[]>(docker, { method: 'GET', path: '/containers/json', query: { all: true, filters } });
  const prefix = `/ops-lab-${sessionId}.`;
  return list.map(({ Id, Names, State, Command, NetworkSettings }) => ({
    id: Id,
    name: (Names?.[0] ?? '').replace(prefix, ''),
    state: State,
    command: Command,
    addresses: Object.values(NetworkSettings?.Networks ?? {}).flatMap((network) => (network?.IPAddress ? [network.IPAddress] : [])),
  }));
}
