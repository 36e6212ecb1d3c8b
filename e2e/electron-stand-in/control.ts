/**
 * What a person would do outside the page, in a test's hands: it speaks to this process over Node's own child-process
 * channel. Without a test (no channel), dialogs are cancelled.
 */
export type ToTest =
  | { readonly type: 'ready'; readonly endpoint: string }
  /** A window has loaded this page. */
  | { readonly type: 'loaded'; readonly url: string }
  /** A window was brought to the front. */
  | { readonly type: 'focused' }
  | { readonly type: 'dialog'; readonly id: number; readonly message: string; readonly detail: string; readonly buttons: readonly string[] }
  /** A page began to save this; whether the host let it go on. */
  | { readonly type: 'download'; readonly url: string; readonly allowed: boolean }
  | { readonly type: 'error-box'; readonly title: string; readonly content: string }
  | { readonly type: 'open-external'; readonly url: string };
export type FromTest =
  | { readonly type: 'dialog-answer'; readonly id: number; readonly response: number; readonly checked?: boolean }
  | { readonly type: 'crash-renderer' }
  /** The machine wakes, or shuts down. */
  | { readonly type: 'power'; readonly event: 'resume' | 'shutdown' }
  /** An item of the menu, by its label. */
  | { readonly type: 'menu'; readonly label: string }
  | { readonly type: 'close-window' };

export function tell(message: ToTest): void {
  if (process.connected) process.send?.(message);
}

interface Answer {
  readonly response: number;
  /** Whether the box below the question was ticked. */
  readonly checked: boolean;
}

const answers = new Map<number, (answer: Answer) => void>();
let nextDialog = 1;

/** Asks the test; `response` is the index of the button. */
export function ask(message: string, detail: string, buttons: readonly string[], cancelId: number): Promise<Answer> {
  if (!process.connected) return Promise.resolve({ response: cancelId, checked: false });
  const id = nextDialog++;
  tell({ type: 'dialog', id, message, detail, buttons });
  return new Promise((resolve) => answers.set(id, resolve));
}

export function listenToTest(act: (command: Exclude<FromTest, { type: 'dialog-answer' }>) => void): void {
  process.on('message', (message: FromTest) => {
    if (message.type !== 'dialog-answer') {
      act(message);
      return;
    }
    answers.get(message.id)?.({ response: message.response, checked: message.checked ?? false });
    answers.delete(message.id);
  });
}
