import { isUiUrl } from './app-url.ts';

/** What is looked at of a frame; Electron's WebFrameMain has it. */
export interface Frame {
  readonly url: string;
  readonly parent: unknown;
  readonly detached: boolean;
  readonly frameTreeNodeId: number;
}

/**
 * Whether a message comes from the main frame of the window `mainFrame` belongs to, showing a page of ours. A frame that
 * is gone, a child frame, `about:blank` and `data:` documents are refused, with no exception.
 */
export function isTrustedSender(sender: Frame | null, mainFrame: Frame | null): boolean {
  return (
    sender !== null &&
    mainFrame !== null &&
    !sender.detached &&
    sender.parent === null &&
    sender.frameTreeNodeId === mainFrame.frameTreeNodeId &&
    isUiUrl(sender.url)
  );
}
