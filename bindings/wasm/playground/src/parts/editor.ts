// CodeMirror as the page uses it: one look for the expression, the configuration and the data.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { HighlightStyle, bracketMatching, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { Compartment, EditorState, Prec, StateEffect, StateField, type Extension } from '@codemirror/state';
import {
  Decoration, EditorView, drawSelection, highlightSpecialChars, keymap, placeholder, type DecorationSet,
} from '@codemirror/view';
import { effect } from '@preact/signals';
import { tags } from '@lezer/highlight';

import { settings } from '../model/settings';
import { isDark, type Place } from '../model/state';

const look = EditorView.theme({
  '&': { color: 'var(--text)', backgroundColor: 'transparent', height: '100%' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { font: 'var(--mono)', overflow: 'auto' },
  '.cm-content': { caretColor: 'var(--text)', padding: '10px 0' },
  '.cm-line': { padding: '0 14px' },
  '.cm-placeholder': { color: 'var(--faint)' },
  '.cm-cursor': { borderLeftColor: 'var(--accent)', borderLeftWidth: '2px' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--selection)',
  },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--faint)', border: 'none', paddingLeft: '6px' },
  '.cm-lineNumbers .cm-gutterElement': { padding: '0 2px 0 8px', minWidth: '28px' },
  '.cm-foldGutter .cm-gutterElement': { cursor: 'pointer' },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--selection)', outline: '1px solid var(--line-strong)' },
  '&:not(.cm-focused) .cm-matchingBracket': { backgroundColor: 'transparent', outline: 'none' },
  '.cm-panels': { backgroundColor: 'var(--raised)', color: 'var(--text)', borderColor: 'var(--line)' },
  '.cm-panels-bottom': { borderTop: '1px solid var(--line)' },
  '.cm-panel.cm-search, .cm-panel.cm-panel-lint': { font: 'var(--small)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--surface)', color: 'var(--text)', border: '1px solid var(--line-strong)', borderRadius: '8px',
    boxShadow: 'var(--shadow)', font: 'var(--small)', overflow: 'hidden', maxWidth: 'min(36rem, 92vw)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { font: 'var(--mono)', maxHeight: '16em' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '3px 10px', lineHeight: '1.5' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--accent)', color: 'var(--on-accent)' },
  '.cm-completionDetail': { fontStyle: 'normal', opacity: '0.8', marginLeft: '1.5em' },
  '.cm-completionInfo': { padding: '8px 10px', maxWidth: '22rem' },
  '.cm-tooltip-lint': { padding: '2px' },
  '.cm-diagnostic': { padding: '6px 10px', borderLeftWidth: '3px', borderRadius: '4px' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--false)' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--fault)' },
  '.cm-diagnosticAction': {
    backgroundColor: 'var(--accent)', color: 'var(--on-accent)', borderRadius: '5px', padding: '2px 8px', margin: '6px 6px 0 0',
    font: 'inherit', display: 'inline-block',
  },
  '.cm-place': { backgroundColor: 'var(--pin)', borderRadius: '3px', boxShadow: '0 0 0 1px var(--pin-line)' },
});

const dark = new Compartment();
const darkness = (on: boolean): Extension => EditorView.darkTheme.of(on);

const wrapping = new Compartment();
const wraps = (on: boolean): Extension => (on ? EditorView.lineWrapping : []);

const jsonColours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--json-key)' },
  { tag: tags.string, color: 'var(--json-string)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--json-number)' },
  { tag: [tags.separator, tags.punctuation, tags.brace, tags.squareBracket], color: 'var(--faint)' },
]);

export const json: Extension = syntaxHighlighting(jsonColours);

// A part of the text that something else on the page speaks of.
const placed = StateEffect.define<Place | null>();

const places = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let next = marks.map(transaction.changes);
    for (const change of transaction.effects) {
      if (!change.is(placed)) continue;
      const place = change.value;
      const length = transaction.state.doc.length;
      next = place && place.start < place.end && place.end <= length
        ? Decoration.set([Decoration.mark({ class: 'cm-place' }).range(place.start, place.end)])
        : Decoration.none;
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Marks a part of the text. */
export function point(view: EditorView, place: Place | null): void {
  view.dispatch({ effects: placed.of(place) });
}

export interface Settings {
  label: string;
  hint: string;
  text: string;
  change: (text: string) => void;
  extensions: Extension;
  /** Whether long lines are always broken; otherwise as the settings say. */
  wrap: boolean;
}

/** An editor in an element. It follows the theme of the page until it is destroyed. */
export function open(parent: HTMLElement, { label, hint, text, change, extensions, wrap }: Settings): { view: EditorView; close: () => void } {
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        extensions,
        highlightSpecialChars(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        autocompletion(),
        wrapping.of(wraps(wrap || settings.peek().wrap)),
        placeholder(hint),
        places,
        look,
        dark.of(darkness(isDark.peek())),
        // The Tab key leaves the editor: a page must be usable with the keyboard only.
        Prec.lowest(keymap.of([...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap])),
        EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0', spellcheck: 'false', autocapitalize: 'off', autocorrect: 'off' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) change(update.state.doc.toString());
        }),
      ],
    }),
  });
  const stops = [
    effect(() => {
      view.dispatch({ effects: dark.reconfigure(darkness(isDark.value)) });
    }),
    effect(() => {
      const on = wrap || settings.value.wrap;
      // The size of the text may have changed too.
      view.dispatch({ effects: wrapping.reconfigure(wraps(on)) });
      view.requestMeasure();
    }),
  ];
  return {
    view,
    close() {
      for (const stop of stops) stop();
      view.destroy();
    },
  };
}

/** Takes over a text that was set elsewhere. */
export function take(view: EditorView, text: string): void {
  const now = view.state.doc.toString();
  if (now === text) return;
  view.dispatch({ changes: { from: 0, to: now.length, insert: text }, selection: { anchor: 0 } });
}
