/** One duplex channel of text messages: what calls and events travel over, whatever the transport. */
export interface TextChannel {
  /** Sends one message; resolves when the transport can take more. After close it does nothing. */
  send(text: string): void | Promise<void>;
  close(): void;
  /** Called for each message, in order; null for one that is not text. One listener; set it in the tick in which the channel is received. */
  onMessage(listener: (text: string | null) => void): void;
  /** Called once, when either side closed. */
  onClose(listener: () => void): void;
}
