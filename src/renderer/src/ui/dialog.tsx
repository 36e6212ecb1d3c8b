import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { Button } from './button.tsx';
import { createStore, useStore } from './store.ts';

export interface DialogProps {
  title: ReactNode;
  isOpen: boolean;
  onClose(): void;
  wide?: boolean;
  /** Text only, which may be longer than the window: the body then takes the focus, to be scrolled. */
  reading?: boolean;
  /** `alertdialog` where an answer is needed before anything else. */
  role?: 'dialog' | 'alertdialog';
  children: ReactNode;
  /** Buttons of the foot; the safe one first. */
  footer: ReactNode;
}

/** A raised surface that closes with Esc; focus goes back to where it was. */
export function Dialog({ title, isOpen, onClose, wide, reading, role = 'dialog', children, footer }: DialogProps) {
  return (
    <ModalOverlay className="scrim" isOpen={isOpen} onOpenChange={(open) => !open && onClose()} isDismissable={role === 'dialog'}>
      <Modal className={`modal${wide ? ' wide' : ''}`}>
        <AriaDialog className="dialog" role={role}>
          <div className="dbody scroll" tabIndex={reading ? 0 : undefined}>
            <Heading slot="title" level={2} className="h-lg">
              {title}
            </Heading>
            {children}
          </div>
          <div className="dfoot">{footer}</div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

export interface Question {
  readonly title: string;
  readonly body: ReactNode;
  /** Says what will happen and what it costs. */
  readonly confirm: string;
  readonly cancel: string;
  readonly danger?: boolean;
}

const asked = createStore<(Question & { answer(yes: boolean): void }) | null>(null);

/** Asks before something that cannot be taken back. False when another question is still open. */
export function ask(question: Question): Promise<boolean> {
  if (asked.get()) return Promise.resolve(false);
  return new Promise((resolve) => {
    asked.set({
      ...question,
      answer: (yes) => {
        asked.set(null);
        resolve(yes);
      },
    });
  });
}

/** Shows what `ask` asks. Mounted once. */
export function QuestionHost() {
  const question = useStore(asked);
  if (!question) return null;
  return (
    <Dialog
      title={question.title}
      role="alertdialog"
      isOpen
      onClose={() => question.answer(false)}
      footer={
        <>
          <Button autoFocus onPress={() => question.answer(false)}>
            {question.cancel}
          </Button>
          <Button look={question.danger ? 'danger' : 'primary'} onPress={() => question.answer(true)}>
            {question.confirm}
          </Button>
        </>
      }
    >
      {typeof question.body === 'string' ? <p>{question.body}</p> : question.body}
    </Dialog>
  );
}
