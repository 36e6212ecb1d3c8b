import { expect, test } from 'vitest';
import type { AppEvent } from '../../shared/contract/contract.ts';
import { EventQueue } from './event-queue.ts';

const gone = (sessionId: string): AppEvent => ({ type: 'session-gone', sessionId });
const command = (id: number) => ({ type: 'command', command: { id } }) as AppEvent;

async function read(queue: EventQueue, count: number): Promise<AppEvent[]> {
  const events: AppEvent[] = [];
  for await (const event of queue.read()) if (events.push(event) === count) break;
  return events;
}

test('a slow reader gets the newest state of each thing, in the order of their last change', async () => {
  const queue = new EventQueue();
  for (const event of [gone('a'), { type: 'labs' } as const, gone('b'), gone('a'), { type: 'labs' } as const]) queue.push(event);
  expect(await read(queue, 3)).toEqual([gone('b'), gone('a'), { type: 'labs' }]);
});

test('commands beyond 500 push the oldest ones out', async () => {
  const queue = new EventQueue();
  for (let id = 0; id < 600; id++) queue.push(command(id));
  const events = await read(queue, 500);
  expect(events[0]).toEqual(command(100));
  expect(events.at(-1)).toEqual(command(599));
});

test('closing ends a reader that waits', async () => {
  const queue = new EventQueue();
  const reading = read(queue, 1);
  queue.close();
  expect(await reading).toEqual([]);
});
