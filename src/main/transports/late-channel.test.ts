import { expect, test } from 'vitest';
import { lateChannel } from './late-channel.ts';
import { memoryBinaryChannels } from './memory.ts';

const bytes = (...values: number[]) => new Uint8Array(values);

test('what is sent before the transport is there goes out first, in order', async () => {
  const { channel, bind } = lateChannel();
  const [far, near] = memoryBinaryChannels();
  const received: number[] = [];
  far.onMessage((message) => received.push(...message));
  channel.send(bytes(1));
  channel.send(bytes(2));
  bind(near);
  channel.send(bytes(3));
  await expect.poll(() => received).toEqual([1, 2, 3]);
});

test('messages reach the listener that was set before the transport was there', async () => {
  const { channel, bind } = lateChannel();
  const received: number[] = [];
  channel.onMessage((message) => received.push(...message));
  const [far, near] = memoryBinaryChannels();
  bind(near);
  far.send(bytes(7));
  await expect.poll(() => received).toEqual([7]);
});

test('it closes once: abandoned, closed by either side', async () => {
  let closes = 0;
  const abandoned = lateChannel();
  abandoned.channel.onClose(() => closes++);
  abandoned.abandon();
  abandoned.channel.close();
  expect(closes).toBe(1);

  const { channel, bind } = lateChannel();
  channel.onClose(() => closes++);
  const [far, near] = memoryBinaryChannels();
  bind(near);
  far.close();
  await expect.poll(() => closes).toBe(2);
});

test('a transport that comes too late is closed at once', async () => {
  const { channel, bind } = lateChannel();
  channel.close();
  const [far, near] = memoryBinaryChannels();
  let closed = false;
  far.onClose(() => {
    closed = true;
  });
  bind(near);
  await expect.poll(() => closed).toBe(true);
});
