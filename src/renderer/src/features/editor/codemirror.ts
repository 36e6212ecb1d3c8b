/** CodeMirror, set up as the labs need it. Loaded when the first file is opened. */
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { javascript } from '@codemirror/lang-javascript';
import { json } from '@codemirror/lang-json';
import { markdown } from '@codemirror/lang-markdown';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { EditorState, type Extension } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';

/** Colours are custom properties, so a change of theme needs nothing here. */
const appearance = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'var(--bg-term)', color: 'var(--term-fg)', fontSize: 'var(--editor-size, var(--term-size))' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    fontFamily: 'var(--font-mono)',
    lineHeight: '1.4',
    scrollbarWidth: 'thin',
    scrollbarColor: 'var(--line-control) transparent',
  },
  '.cm-content': { caretColor: 'var(--term-cursor)', padding: '0.5rem 0' },
  '.cm-cursor': { borderLeftColor: 'var(--term-cursor)', borderLeftWidth: '2px' },
  '.cm-gutters': {
    backgroundColor: 'var(--bg-term)',
    color: 'var(--term-dim)',
    border: 'none',
    paddingRight: '0.5rem',
    minWidth: '3.25rem',
  },
  '.cm-lineNumbers': { flex: '1' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--bg-hover) 45%, transparent)' },
  '.cm-activeLineGutter': { backgroundColor: 'transparent', color: 'var(--ink-1)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--term-selection)',
  },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': { backgroundColor: 'transparent', outline: '1px solid var(--line-control)' },
  '.cm-selectionMatch': { backgroundColor: 'var(--tint-info)' },
  '.cm-searchMatch': { backgroundColor: 'var(--tint-mitigated)', outline: '1px solid var(--v-mitigated)' },
  '.cm-searchMatch-selected': { backgroundColor: 'var(--term-selection)' },
  '.cm-panels': { backgroundColor: 'var(--bg-app)', color: 'var(--ink-1)', borderColor: 'var(--line)', fontFamily: 'var(--font-ui)' },
  '.cm-textfield': { backgroundColor: 'var(--bg-term)', border: '1px solid var(--line-control)', color: 'var(--ink-1)' },
  '.cm-button': {
    backgroundColor: 'var(--bg-raised)',
    backgroundImage: 'none',
    border: '1px solid var(--line-control)',
    color: 'var(--ink-1)',
  },
});

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: 'var(--ansi-magenta)' },
  { tag: [tags.string, tags.regexp], color: 'var(--ansi-green)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--ansi-yellow)' },
  { tag: [tags.comment, tags.meta], color: 'var(--term-dim)' },
  { tag: [tags.function(tags.variableName), tags.definition(tags.function(tags.variableName)), tags.heading], color: 'var(--ansi-blue)' },
  { tag: [tags.propertyName, tags.attributeName, tags.typeName], color: 'var(--ansi-cyan)' },
  { tag: tags.link, color: 'var(--link)' },
  { tag: tags.strong, fontWeight: '600' },
  { tag: tags.invalid, color: 'var(--ansi-red)' },
]);

const LANGUAGES: readonly [RegExp, () => Extension][] = [
  [/\.(js|mjs|cjs|ts|mts|cts|jsx|tsx)$/, () => javascript({ typescript: true })],
  [/\.json$/, json],
  [/\.ya?ml$/, yaml],
  [/\.md$/, markdown],
];

export interface EditorOptions {
  readonly path: string;
  readonly content: string;
  /** Nonce that the page's policy asks of style elements. */
  readonly nonce: string;
  onChange(): void;
  onSave(): void;
}

export function createEditor(options: EditorOptions): EditorView {
  const language = LANGUAGES.find(([pattern]) => pattern.test(options.path))?.[1]();
  return new EditorView({
    state: EditorState.create({
      doc: options.content,
      extensions: [
        ...(options.nonce === '' ? [] : [EditorView.cspNonce.of(options.nonce)]),
        lineNumbers(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        history(),
        drawSelection(),
        indentOnInput(),
        indentUnit.of('  '),
        bracketMatching(),
        highlightSelectionMatches(),
        search({ top: true }),
        syntaxHighlighting(colours),
        appearance,
        language ?? [],
        EditorView.contentAttributes.of({ 'aria-label': `Editor, ${options.path}`, tabindex: '0' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.onChange();
        }),
        keymap.of([
          {
            key: 'Mod-s',
            preventDefault: true,
            run: () => {
              options.onSave();
              return true;
            },
          },
          // Tab indents; Escape first, then Tab, leaves the editor.
          indentWithTab,
          ...searchKeymap,
          ...historyKeymap,
          ...defaultKeymap,
        ]),
      ],
    }),
  });
}

/** Replaces the whole text, as one step that can be undone. */
export function replaceText(view: EditorView, content: string): void {
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: content } });
}
