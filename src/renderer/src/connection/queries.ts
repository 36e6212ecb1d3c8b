/** What the screens read. Answers stay fresh until an event or a reconnect says otherwise. */
import { QueryClient, useQuery } from '@tanstack/react-query';
import { useClient } from './context.ts';

export const queryClient = new QueryClient({
  defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY, retry: false, refetchOnWindowFocus: false, networkMode: 'always' } },
});

export const keys = {
  info: ['info'] as const,
  engine: ['engine'] as const,
  doctor: ['doctor'] as const,
  labs: ['labs'] as const,
  lab: (labId: string) => ['lab', labId] as const,
  sessions: ['sessions'] as const,
  session: (sessionId: string) => ['session', sessionId] as const,
  files: (sessionId: string, directory: string) => ['files', sessionId, directory] as const,
  history: ['history'] as const,
  progress: ['progress'] as const,
  learners: ['learners'] as const,
  settings: ['settings'] as const,
};

export function useInfo() {
  const client = useClient();
  return useQuery({ queryKey: keys.info, queryFn: ({ signal }) => client.app.info(undefined, { signal }) });
}

export function useEngine() {
  const client = useClient();
  return useQuery({ queryKey: keys.engine, queryFn: ({ signal }) => client.engine.status(undefined, { signal }) });
}

export function useDoctor() {
  const client = useClient();
  return useQuery({ queryKey: keys.doctor, queryFn: ({ signal }) => client.engine.doctor(undefined, { signal }) });
}

export function useLabs() {
  const client = useClient();
  return useQuery({ queryKey: keys.labs, queryFn: ({ signal }) => client.labs.list(undefined, { signal }) });
}

export function useLab(labId: string | null) {
  const client = useClient();
  return useQuery({
    queryKey: keys.lab(labId ?? ''),
    queryFn: ({ signal }) => client.labs.get({ labId: labId ?? '' }, { signal }),
    enabled: labId !== null,
  });
}

export function useSessions() {
  const client = useClient();
  return useQuery({ queryKey: keys.sessions, queryFn: ({ signal }) => client.sessions.list(undefined, { signal }) });
}

export function useSession(sessionId: string) {
  const client = useClient();
  return useQuery({ queryKey: keys.session(sessionId), queryFn: ({ signal }) => client.sessions.get({ sessionId }, { signal }) });
}

export function useProgress() {
  const client = useClient();
  return useQuery({ queryKey: keys.progress, queryFn: ({ signal }) => client.progress.summary(undefined, { signal }) });
}

export function useLearners() {
  const client = useClient();
  return useQuery({ queryKey: keys.learners, queryFn: ({ signal }) => client.learners.list(undefined, { signal }) });
}

export function useSettings() {
  const client = useClient();
  return useQuery({ queryKey: keys.settings, queryFn: ({ signal }) => client.settings.get(undefined, { signal }) });
}
