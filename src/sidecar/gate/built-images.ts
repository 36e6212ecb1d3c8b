/** Images that builds of this session have made, those included that no ledger row names: what a build has made on the way to its result. */
import { type Body, bodyOf, listOf } from './answers/scrub.ts';
import { CODE_LABEL, SESSION_LABEL } from './names.ts';
import type { GateSession } from './session.ts';

/** @returns images as the engine lists them, all of them with our code: a label alone can be somebody else's doing */
export async function builtImages({ engine, config, names }: GateSession): Promise<Body[]> {
  const filters = JSON.stringify({ label: [`${SESSION_LABEL}=${config.sessionId}`] });
  const list = listOf(await engine.call({ method: 'GET', path: '/images/json', query: { all: 1, filters } }));
  return list.filter(({ Labels }) => names.verify('build', '', String(bodyOf(Labels)[CODE_LABEL] ?? '')));
}
