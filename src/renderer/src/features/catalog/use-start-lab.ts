import { useState } from 'react';
import { useLocation } from 'wouter';
import { attempt } from '../../app/notice.tsx';
import type { LabList } from '../../connection/client.ts';
import { useClient } from '../../connection/context.ts';
import { keys, queryClient } from '../../connection/queries.ts';

type Lab = LabList['labs'][number];
type RuntimeKind = Lab['runtimes'][number]['kind'];

/** Starts a lab and opens its bench; goes on with the session that is already there. */
export function useStartLab() {
  const client = useClient();
  const [, navigate] = useLocation();
  const [starting, setStarting] = useState(false);
  const start = async (lab: Lab, runtime?: RuntimeKind) => {
    if (lab.liveSessionId !== null) {
      navigate(`/workstation/${lab.liveSessionId}`);
      return;
    }
    if (starting || !lab.runtimes.some((candidate) => candidate.available)) return;
    setStarting(true);
    const session = await attempt(client.sessions.start({ labId: lab.id, runtime }));
    setStarting(false);
    if (!session) return;
    queryClient.setQueryData(keys.session(session.id), session);
    navigate(`/workstation/${session.id}`);
  };
  return { starting, start };
}
