// The editor on the left: an expression of some kind, or a whole configuration.

import { json as jsonLanguage } from '@codemirror/lang-json';
import { linter } from '@codemirror/lint';
import { lineNumbers, EditorView } from '@codemirror/view';
import { Compartment, type Extension } from '@codemirror/state';
import { effect } from '@preact/signals';
import { probelang, refresh } from 'probelang/codemirror';
import { useEffect, useRef } from 'preact/hooks';

import { carried, checkedProbes, problems, usable } from '../model/answers';
import { loaded, loading, tokens } from '../model/engine';
import { tidy } from '../model/fix';
import * as state from '../model/state';
import { MODES, type Mode } from '../model/state';
import { json, open, point, take } from '../parts/editor';
import { Problems } from '../parts/problems';

const language = new Compartment();

/** The engine in the editor; before it is loaded the text can be edited all the same. */
function expressions(): Extension {
  const client = loaded();
  if (!client) return [];
  return probelang({
    engine: client,
    tokenizer: { tokens },
    kind: () => (state.mode.peek() === 'probe' ? 'value' : state.mode.peek()) as Exclude<Mode, 'probe'>,
    dialect: () => state.dialect.peek(),
    data: () => usable.peek()?.handle ?? null,
    redact: () => state.redact.peek(),
    redactExclude: () => state.redactExclude.peek(),
    redaction: () => state.redaction.peek(),
    theme: 'editor',
  });
}

/** What is wrong with a configuration, as the engine found it. */
const configurations = (): Extension => [
  lineNumbers(), jsonLanguage(), json,
  linter((view) => {
    const length = view.state.doc.length;
    return problems.peek().filter(({ span, source }) => span !== null && source === '<probes>').map((diagnostic) => ({
      from: Math.min(diagnostic.span?.utf16.start ?? 0, length),
      to: Math.min(diagnostic.span?.utf16.end ?? 0, length),
      severity: diagnostic.severity === 'error' ? 'error' as const : diagnostic.severity === 'warning' ? 'warning' as const : 'info' as const,
      message: diagnostic.message,
    }));
  }, { delay: 0, needsRefresh: (update) => update.transactions.some((transaction) => transaction.reconfigured || transaction.effects.length > 0) }),
];

function Editor() {
  const parent = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  useEffect(() => {
    if (!parent.current) return undefined;
    const isProbe = (): boolean => state.mode.peek() === 'probe';
    const made = open(parent.current, {
      label: 'Expression',
      hint: 'Write an expression, or choose a sample above',
      text: state.source.peek(),
      wrap: true,
      change: state.write,
      extensions: [
        language.of([]),
        EditorView.updateListener.of((update) => {
          if (!update.selectionSet && !update.docChanged && !update.focusChanged) return;
          state.cursor.value = update.view.hasFocus && !isProbe() ? update.state.selection.main.head : null;
          if (update.docChanged) {
            state.pinned.value = null;
            if (state.elements.peek().size > 0) state.elements.value = new Map();
          }
        }),
      ],
    });
    view.current = made.view;
    const stops = [
      // another mode has another language
      effect(() => {
        const mode = state.mode.value;
        void loading.value;
        made.view.dispatch({ effects: language.reconfigure(mode === 'probe' ? configurations() : expressions()) });
      }),
      effect(() => {
        void [state.replaced.value, state.mode.value];
        take(made.view, state.source.peek());
      }),
      effect(() => {
        void [
          usable.value, state.mode.value, state.dialect.value, state.redact.value, state.redactExclude.value, state.redaction.value,
          checkedProbes.value.value,
        ];
        refresh(made.view);
      }),
      effect(() => {
        const place = state.mode.value === 'probe' ? null : state.pointed.value ?? state.pinned.value;
        point(made.view, place);
      }),
      effect(() => {
        const place = state.wanted.value;
        if (!place) return;
        state.wanted.value = null;
        const anchor = Math.min(place.start, made.view.state.doc.length);
        made.view.dispatch({ selection: { anchor }, scrollIntoView: true });
        made.view.focus();
      }),
    ];
    return () => {
      for (const stop of stops) stop();
      made.close();
    };
  }, []);
  return <div class="editor" ref={parent} data-mode={state.mode.value} />;
}

function Kinds() {
  const current = state.mode.value;
  const choose = (mode: Mode): void => {
    state.mode.value = mode;
    state.pinned.value = null;
    state.elements.value = new Map();
    state.program.value = 0;
  };
  const move = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    const at = MODES.findIndex(({ mode }) => mode === current);
    const next = MODES[(at + step + MODES.length) % MODES.length];
    if (!next) return;
    choose(next.mode);
    event.preventDefault();
    requestAnimationFrame(() => document.getElementById(`kind-${next.mode}`)?.focus());
  };
  return (
    <div class="segments" role="radiogroup" aria-label="What is written" onKeyDown={move}>
      {MODES.map(({ mode, name, about }) => (
        <button
          key={mode} id={`kind-${mode}`} type="button" role="radio" class="segment" title={about}
          aria-checked={mode === current} tabIndex={mode === current ? 0 : -1} onClick={() => choose(mode)}
        >{name}</button>
      ))}
    </div>
  );
}

function Programs() {
  const all = carried.value;
  if (state.mode.value !== 'probe' || all.length === 0) return null;
  return (
    <label class="field">Look at
      <select value={String(Math.min(state.program.value, all.length - 1))} onChange={(event) => {
        state.program.value = Number(event.currentTarget.value);
        state.pinned.value = null;
        state.elements.value = new Map();
      }}>
        {all.map(({ label }, at) => <option key={label} value={String(at)}>{label}</option>)}
      </select>
    </label>
  );
}

export function ExpressionPane() {
  return (
    <section class="pane pane-expression" aria-label="Expression">
      <div class="bar">
        <Kinds />
        <span class="grow" />
        <Programs />
        <button type="button" class="button quiet format" onClick={() => void tidy()} title="Write it in canonical form (Shift Alt F)">Format</button>
      </div>
      <Editor />
      <Problems />
    </section>
  );
}
