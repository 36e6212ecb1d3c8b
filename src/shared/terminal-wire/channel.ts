/** One duplex channel of binary messages: a WebSocket, a MessagePort, or two ends in memory. */
export interface BinaryChannel {
  /** Sends one message. After close it does nothing. */
  send(bytes: Uint8Array<ArrayBuffer>): void;
  close(): void;
  /** Called for each message, in order. One listener; set it in the same tick in which the channel is received. */
  onMessage(listener: (bytes: Uint8Array) => void): void;
  /** Called once, when either side closed. */
  onClose(listener: () => void): void;
}
