/** Names and labels of what a session has on the engine. Names are for people; everything is addressed by id or label. */
import { LABEL } from '../../engine/labels.ts';

export interface SessionIdentity {
  readonly sessionId: string;
  readonly labId: string;
  readonly learnerId: string;
  /** Id of the data directory. */
  readonly home: string;
}

/** Our own containers beside the lab's services. `~` cannot begin a service name. */
export const OBSERVER = '~observer';
export const LOAD = '~load';
export const KERNEL_VIEW = '~kernel-view';
export const SEED = '~seed';

/** @param part a service, or one of the constants above. @returns the container's name on the engine */
export function nameOf({ sessionId }: SessionIdentity, part: string): string {
  return `ops-lab-${sessionId.slice(0, 12)}-${part.replace('~', '')}`;
}

/** A one-shot container has no fixed name: two of them may run at once. */
export function oneShotName(identity: SessionIdentity, part: string): string {
  return `${nameOf(identity, part)}-${Math.random().toString(36).slice(2, 10)}`;
}

/** @returns the labels by which a sweep finds what belongs to a session */
export function labelsOf({ sessionId, labId, learnerId, home }: SessionIdentity, service?: string): Record<string, string> {
  return {
    [LABEL.product]: 'ops-lab',
    [LABEL.session]: sessionId,
    [LABEL.lab]: labId,
    [LABEL.learner]: learnerId,
    [LABEL.home]: home,
    ...(service === undefined ? {} : { [LABEL.service]: service }),
  };
}

/** Names of the session's volumes. */
export function volumesOf(identity: SessionIdentity): Record<'workspace' | 'services' | 'data' | 'tools' | 'observer', string> {
  const volume = (part: string): string => nameOf(identity, part);
  return {
    workspace: volume('workspace'),
    services: volume('services'),
    data: volume('data'),
    tools: volume('tools'),
    observer: volume('observer'),
  };
}
