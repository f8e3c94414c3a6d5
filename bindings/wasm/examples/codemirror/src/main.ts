import { closeBrackets, closeBracketsKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching } from '@codemirror/language';
import { EditorView, keymap, placeholder } from '@codemirror/view';
import type { Diagnostic, Kind, TraceNode } from 'probelang';
import { probelang, refresh } from 'probelang/codemirror';
import { createClient, type DataHandle } from 'probelang/worker';

import { show, tree } from './show';

const START = 'user.age >= 18 && any(cart.items, {@it.price > limit})';

const DATA = {
  user: { name: 'Ada', age: 36, password: 'not shown' },
  cart: { items: [{ name: 'tea', price: 4 }, { name: 'samovar', price: 320 }] },
  limit: 100,
};

const DIALECTS = ['portable', 'java', 'dotnet', 'python', 'node', 'ruby', 'php', 'go'];

function element<E extends HTMLElement>(id: string): E {
  return document.getElementById(id) as E;
}

const kind = element<HTMLSelectElement>('kind');
const dialect = element<HTMLSelectElement>('dialect');
const data = element<HTMLTextAreaElement>('data');
const status = element<HTMLOutputElement>('status');
const result = element<HTMLPreElement>('result');
const trace = element<HTMLDivElement>('trace');
const names = element<HTMLParagraphElement>('names');

dialect.append(...DIALECTS.map((name) => new Option(name)));
data.value = JSON.stringify(DATA, null, 2);

/** Everything is asked of a worker: neither large data nor a long run stops the typing. */
const client = createClient();
let opened: DataHandle | null = null;

const editor = new EditorView({
  parent: element('editor'),
  doc: START,
  extensions: [
    history(),
    bracketMatching(),
    closeBrackets(),
    EditorView.lineWrapping,
    placeholder('An expression'),
    keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap]),
    probelang({
      engine: client,
      kind: () => kind.value as Kind,
      dialect: () => dialect.value,
      data: () => opened,
      values: 'parts',
      theme: 'system',
    }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) run();
    }),
    EditorView.contentAttributes.of({ 'aria-label': 'Expression' }),
  ],
});

/** What the newest text gives; what was asked before is given up. */
async function run(): Promise<void> {
  const source = editor.state.doc.toString();
  const options = { kind: kind.value as Kind, dialect: dialect.value };
  const from = performance.now();
  try {
    // One after the other: the key takes the place of what is running or waits, from the last run.
    const evaluated = await (kind.value === 'template'
      ? client.render(source, opened ?? {}, { ...options, signal: client.latest('run') })
      : client.evaluate(source, opened ?? {}, { ...options, signal: client.latest('run') }));
    const traced = await client.trace(source, opened ?? {}, { ...options, signal: client.latest('run') });

    status.value = `${(performance.now() - from).toFixed(1)} ms`;
    const wrong = evaluated.fault?.message ?? problems(evaluated.diagnostics);
    const failed = evaluated.status !== 'ok' && !('text' in evaluated && evaluated.text);
    result.classList.toggle('fault', failed);
    result.textContent = failed ? wrong : 'text' in evaluated ? evaluated.text : show(evaluated.value, 2);
    trace.replaceChildren(...(traced.trace ? [tree(traced.trace, leap)] : []));
  } catch (error) {
    if ((error as Error).name !== 'AbortError') status.value = (error as Error).message;
  }
}

function problems(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map(({ message }) => message).join('\n');
}

/** Selects a part of the source. */
function leap(node: TraceNode): void {
  const { start, end } = node.span.utf16;
  editor.dispatch({ selection: { anchor: start, head: end }, scrollIntoView: true });
  editor.focus();
}

async function open(): Promise<void> {
  try {
    const next = await client.open(data.value, { signal: client.latest('data') });
    opened?.free();
    opened = next;
    names.textContent = next.ok ? `${next.language}: ${next.names.join(', ')}` : problems(next.diagnostics);
    names.classList.toggle('fault', !next.ok);
    again();
  } catch (error) {
    if ((error as Error).name !== 'AbortError') status.value = (error as Error).message;
  }
}

function again(): void {
  refresh(editor);
  void run();
}

let resting: ReturnType<typeof setTimeout> | undefined;
data.addEventListener('input', () => {
  clearTimeout(resting);
  resting = setTimeout(open, 150);
});
kind.addEventListener('change', again);
dialect.addEventListener('change', again);

void open();
