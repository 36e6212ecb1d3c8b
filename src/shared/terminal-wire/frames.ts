/**
 * Frames of the terminal channel: one kind byte, then the payload. Binary in both directions, one channel per terminal.
 */
import { MAX_INPUT_BYTES, SIZE } from './flow.ts';

/** From the core to a viewer. */
export type HostFrame =
  /** Bytes of pty output, as read. */
  | { readonly kind: 'output'; readonly bytes: Uint8Array }
  /** The whole screen with scrollback as escape sequences; the viewer resets itself, then writes it. Not acknowledged. */
  | { readonly kind: 'snapshot'; readonly cols: number; readonly rows: number; readonly text: string }
  /**
   * The size that the terminal has: sent to all viewers when it changes, and to the one that asked for a size in any case, since it
   * may have got another one. The last one holds. It is not answered with a resize: two viewers would never agree.
   */
  | { readonly kind: 'size'; readonly cols: number; readonly rows: number }
  | { readonly kind: 'exit'; readonly code: number | null; readonly signal: number | null };

/** From a viewer to the core. */
export type ViewerFrame =
  | { readonly kind: 'input'; readonly bytes: Uint8Array }
  /** So many more bytes of output have been parsed. */
  | { readonly kind: 'ack'; readonly count: number }
  /** Asks for a size; a `size` frame answers. */
  | { readonly kind: 'resize'; readonly cols: number; readonly rows: number };

/** Thrown for bytes that are no frame; the channel is then closed. */
export class FrameError extends Error {}

const HOST = { output: 1, snapshot: 2, size: 3, exit: 4 } as const;
const VIEWER = { input: 1, ack: 2, resize: 3 } as const;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

function frame(kind: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(payload.length + 1);
  bytes[0] = kind;
  bytes.set(payload, 1);
  return bytes;
}

function json(kind: number, value: unknown): Uint8Array<ArrayBuffer> {
  return frame(kind, encoder.encode(JSON.stringify(value)));
}

/** @returns one message for the viewer: a byte for the kind, then the payload */
export function encodeHostFrame(message: HostFrame): Uint8Array<ArrayBuffer> {
  switch (message.kind) {
    case 'output':
      return frame(HOST.output, message.bytes);
    case 'snapshot':
      return json(HOST.snapshot, { cols: message.cols, rows: message.rows, text: message.text });
    case 'size':
      return json(HOST.size, { cols: message.cols, rows: message.rows });
    case 'exit':
      return json(HOST.exit, { code: message.code, signal: message.signal });
  }
}

/** Decodes what the core sent. The core is trusted; only the kind is checked. */
export function decodeHostFrame(bytes: Uint8Array): HostFrame {
  const payload = bytes.subarray(1);
  switch (bytes[0]) {
    case HOST.output:
      return { kind: 'output', bytes: payload };
    case HOST.snapshot:
      return { kind: 'snapshot', ...JSON.parse(decoder.decode(payload)) };
    case HOST.size:
      return { kind: 'size', ...JSON.parse(decoder.decode(payload)) };
    case HOST.exit:
      return { kind: 'exit', ...JSON.parse(decoder.decode(payload)) };
    default:
      throw new FrameError(`unknown frame kind ${bytes[0]}`);
  }
}

/** @returns one message for the core: a byte for the kind, then the payload */
export function encodeViewerFrame(message: ViewerFrame): Uint8Array<ArrayBuffer> {
  switch (message.kind) {
    case 'input':
      return frame(VIEWER.input, message.bytes);
    case 'ack': {
      const payload = new Uint8Array(4);
      new DataView(payload.buffer).setUint32(0, message.count);
      return frame(VIEWER.ack, payload);
    }
    case 'resize': {
      const payload = new Uint8Array(4);
      const view = new DataView(payload.buffer);
      view.setUint16(0, message.cols);
      view.setUint16(2, message.rows);
      return frame(VIEWER.resize, payload);
    }
  }
}

/**
 * Decodes what a viewer sent; viewers are not trusted. Sizes come back clamped.
 * @throws FrameError for an unknown kind, a wrong length or input over MAX_INPUT_BYTES
 */
export function decodeViewerFrame(bytes: Uint8Array): ViewerFrame {
  const payload = bytes.subarray(1);
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  switch (bytes[0]) {
    case VIEWER.input:
      if (payload.length > MAX_INPUT_BYTES) throw new FrameError(`input of ${payload.length} bytes; the limit is ${MAX_INPUT_BYTES}`);
      return { kind: 'input', bytes: payload };
    case VIEWER.ack:
      if (payload.length !== 4) throw new FrameError('an ack has 4 bytes');
      return { kind: 'ack', count: view.getUint32(0) };
    case VIEWER.resize:
      if (payload.length !== 4) throw new FrameError('a resize has 4 bytes');
      return { kind: 'resize', ...clampSize(view.getUint16(0), view.getUint16(2)) };
    default:
      throw new FrameError(`unknown frame kind ${bytes[0]}`);
  }
}

/** The nearest size that a terminal may have; not-a-number becomes the smallest. */
export function clampSize(cols: number, rows: number): { cols: number; rows: number } {
  const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, Math.trunc(value) || 0));
  return { cols: clamp(cols, SIZE.minCols, SIZE.maxCols), rows: clamp(rows, SIZE.minRows, SIZE.maxRows) };
}
