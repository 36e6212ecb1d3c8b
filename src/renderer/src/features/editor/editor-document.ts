/**
 * One open file of a session. It lives outside React and as long as the page: switching tabs, sessions or screens never
 * loses what was typed.
 */
import type { EditorView } from '@codemirror/view';
import { announce } from '../../app/announce.tsx';
import { errorCode } from '../../app/error-words.ts';
import { styleNonce } from '../../app/style-nonce.ts';
import type { Client } from '../../connection/client.ts';
import { loadAgain } from '../../ui/load-again.ts';
import { createStore } from '../../ui/store.ts';
import type { Draft } from './draft-store.ts';
import { drafts } from './drafts.ts';

export interface DocumentState {
  readonly status: 'loading' | 'ready' | 'failed';
  readonly error: unknown;
  readonly unsaved: boolean;
  readonly saving: boolean;
  /** The file was changed by someone else since it was read; asked about when saving. */
  readonly conflict: boolean;
  /** The file is not there any more; saving writes it anew. */
  readonly removed: boolean;
}

/** The file as it is on the disk. */
type Found = Awaited<ReturnType<Client['files']['read']>> | 'removed';

const editorCode = () => loadAgain(() => import('./codemirror.ts'));

/** What was typed is kept this soon, in milliseconds. */
const DRAFT_EVERY_MS = 300;

const AT_FIRST: DocumentState = { status: 'loading', error: null, unsaved: false, saving: false, conflict: false, removed: false };

export class EditorDocument {
  readonly path: string;
  readonly state = createStore<DocumentState>(AT_FIRST);
  readonly #client: Client;
  readonly #sessionId: string;
  #view: EditorView | null = null;
  #saved = '';
  /** Null for a file that does not exist yet. */
  #version: string | null = null;
  #place: HTMLElement | null = null;
  #draftTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(client: Client, sessionId: string, path: string) {
    this.#client = client;
    this.#sessionId = sessionId;
    this.path = path;
    void this.load();
  }

  /** Reads the file again. What was typed and not saved is given up, but for what an earlier page has left. */
  async load(): Promise<void> {
    try {
      const draft = this.#view ? null : drafts.read(this.#sessionId, this.path);
      // A file that is gone is a failure, unless something typed is left of it.
      const [file] = await Promise.all([draft === null ? this.#read() : this.#onDisk(), editorCode()]);
      await this.#show(file, draft);
    } catch (error) {
      this.#change({ status: this.#view ? 'ready' : 'failed', error, conflict: false });
    }
  }

  /** @param draft what an earlier page has left of it; undoing brings the file back */
  async #show(file: Found, draft: Draft | null): Promise<void> {
    const { createEditor, replaceText } = await editorCode();
    const { content, version } = file === 'removed' ? { content: '', version: null } : file;
    // One that is what the file holds by now is none any more.
    const left = draft !== null && draft.content !== content ? draft : null;
    this.#saved = content;
    this.#version = left === null ? version : left.version;
    if (this.#view) replaceText(this.#view, content);
    else {
      this.#view = createEditor({
        path: this.path,
        content,
        nonce: styleNonce(document),
        onChange: () => this.#noteChange(),
        onSave: () => void this.save(),
      });
      this.#view.dom.addEventListener('focusin', () => void this.refresh());
      this.#place?.append(this.#view.dom);
      if (left !== null) {
        replaceText(this.#view, left.content);
        announce(`What you had typed into ${this.path} is here again, and not saved.`);
      }
    }
    this.#change({ status: 'ready', error: null, conflict: false, removed: file === 'removed' });
    this.#noteChange();
  }

  /** Saves. True when the file now holds what the editor shows; on a conflict nothing is written and `conflict` is set. */
  async save(): Promise<boolean> {
    if (!this.#view || this.state.get().saving) return false;
    const content = this.#view.state.doc.toString();
    this.#change({ saving: true, error: null });
    try {
      const { version } = await this.#client.files.write({
        sessionId: this.#sessionId,
        path: this.path,
        content,
        version: this.#version,
      });
      this.#version = version;
      this.#saved = content;
      this.#change({ saving: false, conflict: false, removed: false });
      this.#noteChange();
      announce(`${this.path} saved.`);
      return true;
    } catch (error) {
      const conflict = errorCode(error) === 'conflict';
      // What is asked about a file that was removed is not what is asked about one that was changed.
      const removed = conflict && (await this.#onDisk().catch(() => null)) === 'removed';
      this.#change({ saving: false, conflict, removed, error: conflict ? null : error });
      return false;
    }
  }

  /** Saves over whatever the file holds now. */
  async overwrite(): Promise<boolean> {
    try {
      const file = await this.#onDisk();
      this.#version = file === 'removed' ? null : file.version;
    } catch (error) {
      this.#change({ error, conflict: false });
      return false;
    }
    return this.save();
  }

  keepEditing(): void {
    this.#change({ conflict: false });
  }

  /** Takes over a change made elsewhere, unless something typed here would be lost by it. */
  async refresh(): Promise<void> {
    const { status, unsaved, saving, removed } = this.state.get();
    if (status === 'failed') return this.load();
    if (status !== 'ready' || saving || (unsaved && !removed)) return;
    const file = await this.#onDisk().catch(() => null);
    // Typed meanwhile, or what is there could not be seen: saving will tell.
    if (file === null || this.#isEdited()) return;
    if (file === 'removed') {
      this.#version = null;
      this.#change({ removed: true });
      this.#noteChange();
    } else if (file.version !== this.#version) await this.#show(file, null);
  }

  attach(parent: HTMLElement): void {
    this.#place = parent;
    if (this.#view) parent.append(this.#view.dom);
    void this.refresh();
  }

  detach(): void {
    this.#place = null;
    this.#view?.dom.remove();
  }

  focus(): void {
    this.#view?.focus();
  }

  #read() {
    return this.#client.files.read({ sessionId: this.#sessionId, path: this.path });
  }

  /** The file as it is now. */
  async #onDisk(): Promise<Found> {
    try {
      return await this.#read();
    } catch (error) {
      if (errorCode(error) === 'not-found') return 'removed';
      throw error;
    }
  }

  /** Whether the editor holds something else than what was last read or saved. */
  #isEdited(): boolean {
    return this.#view !== null && this.#view.state.doc.toString() !== this.#saved;
  }

  #noteChange(): void {
    const edited = this.#isEdited();
    this.#change({ unsaved: this.state.get().removed || edited });
    if (edited) this.#draftTimer ??= setTimeout(() => this.keepDraft(), DRAFT_EVERY_MS);
    else {
      this.#stopDraftTimer();
      drafts.drop(this.#sessionId, this.path);
    }
  }

  /** Keeps what was typed lately, if anything was. */
  keepDraft(): void {
    if (this.#view === null || this.#draftTimer === null) return;
    this.#stopDraftTimer();
    drafts.keep(this.#sessionId, this.path, { content: this.#view.state.doc.toString(), version: this.#version });
  }

  #stopDraftTimer(): void {
    if (this.#draftTimer !== null) clearTimeout(this.#draftTimer);
    this.#draftTimer = null;
  }

  #change(part: Partial<DocumentState>): void {
    const before = this.state.get();
    const next = { ...before, ...part };
    const same = (Object.keys(next) as (keyof DocumentState)[]).every((key) => Object.is(before[key], next[key]));
    if (!same) this.state.set(next);
  }
}

const documents = new Map<string, EditorDocument>();

window.addEventListener('pagehide', () => {
  for (const open of documents.values()) open.keepDraft();
});

/** The document of a file; read at the first call. */
export function editorDocument(client: Client, sessionId: string, path: string): EditorDocument {
  const key = `${sessionId}/${path}`;
  let document = documents.get(key);
  if (!document) {
    document = new EditorDocument(client, sessionId, path);
    documents.set(key, document);
  }
  return document;
}
