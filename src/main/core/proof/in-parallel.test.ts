import { describe, expect, it } from 'vitest';
import { inParallel } from './in-parallel.ts';

describe('work in parallel', () => {
  it('is so much at a time, and its results keep the order of the items', async () => {
    let now = 0;
    let most = 0;
    const results = await inParallel([3, 1, 2, 0], 2, async (turns) => {
      most = Math.max(most, ++now);
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      now--;
      return turns * 10;
    });
    expect(results).toEqual([30, 10, 20, 0]);
    expect(most).toBe(2);
  });

  it('begins nothing after a failure, waits for what is under way, and throws what failed', async () => {
    const ended: string[] = [];
    const work = async (item: string) => {
      if (item === 'bad') throw new Error('bad');
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
      ended.push(item);
    };
    await expect(inParallel(['slow', 'bad', 'never'], 2, work)).rejects.toThrow('bad');
    expect(ended).toEqual(['slow']);
  });
});
