import { describe, expect, it } from 'vitest';
import { malformedTerminalFrames } from '../../test-support/hostile-frames.ts';
import { SIZE } from './flow.ts';
import {
  decodeHostFrame,
  decodeViewerFrame,
  encodeHostFrame,
  encodeViewerFrame,
  FrameError,
  type HostFrame,
  type ViewerFrame,
} from './frames.ts';

describe('frames', () => {
  it.each<ViewerFrame>([
    { kind: 'input', bytes: Uint8Array.of(0, 3, 255) },
    { kind: 'input', bytes: new Uint8Array(0) },
    { kind: 'ack', count: 0xffff_ffff },
    { kind: 'resize', cols: 80, rows: 24 },
  ])('of a viewer come back as they were: $kind', (frame) => {
    expect(decodeViewerFrame(encodeViewerFrame(frame))).toEqual(frame);
  });

  it.each<HostFrame>([
    { kind: 'output', bytes: Uint8Array.of(1, 27, 255) },
    { kind: 'snapshot', cols: 80, rows: 24, text: 'größe 💥' },
    { kind: 'size', cols: 2, rows: 300 },
    { kind: 'exit', code: null, signal: 9 },
  ])('of the core come back as they were: $kind', (frame) => {
    expect(decodeHostFrame(encodeHostFrame(frame))).toEqual(frame);
  });

  it('that are none are a FrameError and nothing else, 10 000 times', () => {
    const taken = malformedTerminalFrames(10_000, 2).filter((bytes) => {
      try {
        decodeViewerFrame(bytes);
        return true;
      } catch (error) {
        return !(error instanceof FrameError);
      }
    });
    expect(taken).toEqual([]);
  });

  it('cannot ask for a size that no terminal has', () => {
    expect(decodeViewerFrame(encodeViewerFrame({ kind: 'resize', cols: 0, rows: 65_535 }))).toMatchObject({
      cols: SIZE.minCols,
      rows: SIZE.maxRows,
    });
  });
});
