/** One file inside a pane. */
import { Save } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { errorWords } from '../../app/error-words.ts';
import { attempt } from '../../app/notice.tsx';
import { useClient } from '../../connection/context.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Failure, Loading } from '../../ui/states.tsx';
import { useStore } from '../../ui/store.ts';
import { VerdictGlyph } from '../../ui/verdict.tsx';
import { type DocumentState, type EditorDocument, editorDocument } from './editor-document.ts';
import './editor.css';

export interface EditorBodyProps {
  sessionId: string;
  path: string;
  /** Services that may be restarted after saving; empty while the session does not run. */
  restartable: readonly string[];
}

export function EditorBody({ sessionId, path, restartable }: EditorBodyProps) {
  const client = useClient();
  const document = editorDocument(client, sessionId, path);
  const state = useStore(document.state);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!place.current) return;
    document.attach(place.current);
    return () => document.detach();
  }, [document]);
  /** The service that is to be restarted once this file is saved, while a conflict is being asked about. */
  const toRestart = useRef<string | null>(null);
  const settle = async (saved: boolean) => {
    const service = toRestart.current;
    toRestart.current = null;
    if (saved && service !== null) await attempt(client.sessions.restartService({ sessionId, service }));
  };
  const save = async (service: string | null) => {
    toRestart.current = service;
    const saved = await document.save();
    if (!document.state.get().conflict) await settle(saved);
  };
  return (
    <div className="editor-body">
      <div className="editor-bar">
        <span className="mono ell grow">{path}</span>
        <span className="cap" role="status">
          {statusWord(state)}
        </span>
        <Button size="sm" isDisabled={!state.unsaved} busy={state.saving} onPress={() => void save(null)}>
          <Save className="i" aria-hidden />
          Save
        </Button>
        {restartable.map((service) => (
          <Button key={service} size="sm" isDisabled={state.status !== 'ready'} busy={state.saving} onPress={() => void save(service)}>
            Save and restart {service}
          </Button>
        ))}
      </div>
      {state.status === 'loading' && <Loading what={path} />}
      {state.status === 'failed' && <Failure error={state.error} retry={() => void document.load()} />}
      <div className="editor-place" ref={place} hidden={state.status !== 'ready'} />
      {state.status === 'ready' && state.error !== null && <SaveFailure error={state.error} />}
      {state.conflict && <ConflictDialog document={document} removed={state.removed} onEnd={(saved) => void settle(saved)} />}
    </div>
  );
}

function statusWord({ status, saving, removed, unsaved }: DocumentState): string {
  if (saving) return 'Saving';
  if (removed) return 'Removed from the disk';
  if (unsaved) return 'Not saved';
  return status === 'ready' ? 'Saved' : '';
}

function SaveFailure({ error }: { error: unknown }) {
  const words = errorWords(error);
  return (
    <div className="note notyet" role="alert">
      <VerdictGlyph verdict="not-yet" lamp />
      <div>
        <strong>Not saved. {words.title}.</strong>
        <p>
          {words.message} {words.next} What you typed is still here.
        </p>
      </div>
    </div>
  );
}

interface ConflictDialogProps {
  document: EditorDocument;
  removed: boolean;
  /** @param saved whether the file now holds what the editor shows */
  onEnd(saved: boolean): void;
}

function ConflictDialog({ document, removed, onEnd }: ConflictDialogProps) {
  const write = async () => onEnd(await document.overwrite());
  const load = () => {
    void document.load();
    onEnd(false);
  };
  const keep = () => {
    document.keepEditing();
    document.focus();
    onEnd(false);
  };
  return (
    <Dialog
      title={removed ? `${document.path} is not there any more` : `${document.path} has changed on disk`}
      role="alertdialog"
      isOpen
      onClose={keep}
      footer={
        <>
          <Button autoFocus onPress={keep}>
            Keep editing
          </Button>
          {!removed && (
            <Button look="danger" onPress={load}>
              Load theirs
            </Button>
          )}
          <Button look={removed ? 'primary' : 'danger'} onPress={() => void write()}>
            {removed ? 'Write it again' : 'Overwrite'}
          </Button>
        </>
      }
    >
      {removed ? (
        <p>
          Something removed or renamed this file after you opened it: a command in a terminal, a solution, or another window. Nothing was
          saved. What you typed is still here.
        </p>
      ) : (
        <p>
          Something wrote this file after you opened it: a command in a terminal, a solution, or another window. Nothing was saved. Loading
          theirs gives up what you typed (undo brings it back); overwriting gives up their change.
        </p>
      )}
    </Dialog>
  );
}
