// The data on the right: pasted, dropped, from a file, or a sample; one document or many.

import { json as jsonLanguage } from '@codemirror/lang-json';
import { foldGutter, foldKeymap } from '@codemirror/language';
import { searchKeymap } from '@codemirror/search';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { effect, signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

import { opened } from '../model/answers';
import * as state from '../model/state';
import { bytes } from '../model/values';
import { json, open, take } from '../parts/editor';

/** Files above so many bytes are not read. */
const LARGEST = 64 * 1024 * 1024;

const complaint = signal<string | null>(null);
const dragged = signal(false);
/** Whether the text is shown where the screen is too narrow for both. */
const unfolded = signal(false);

/** Takes other data in place of those that are there. */
export function setData(text: string): void {
  state.data.value = text;
  state.sample.value = null;
  state.frame.value = null;
  state.index.value = 0;
  state.elements.value = new Map();
  complaint.value = null;
  state.replaced.value += 1;
}

async function takeFile(file: File | undefined): Promise<void> {
  if (!file) return;
  if (file.size > LARGEST) {
    complaint.value = `${file.name} has ${bytes(file.size)}: more than ${bytes(LARGEST)} do not fit into the page`;
    return;
  }
  setData(await file.text());
}

function Editor() {
  const parent = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!parent.current) return undefined;
    const made = open(parent.current, {
      label: 'Data',
      hint: 'Paste JSON here: a document, a recorded snapshot, or one of either per line. Or drop a file.',
      text: state.data.peek(),
      wrap: false,
      change: (text) => {
        if (text === state.data.peek()) return;
        state.data.value = text;
        state.sample.value = null;
        complaint.value = null;
      },
      extensions: [
        lineNumbers(), foldGutter(), jsonLanguage(), json, keymap.of([...searchKeymap, ...foldKeymap]),
        EditorView.domEventHandlers({
          drop: (event) => {
            if (!event.dataTransfer?.files.length) return false;
            event.preventDefault();
            return true;
          },
        }),
      ],
    });
    const stop = effect(() => {
      void state.replaced.value;
      take(made.view, state.data.peek());
    });
    return () => {
      stop();
      made.close();
    };
  }, []);
  return <div class="editor" id="data-editor" ref={parent} />;
}

/** Which of several hits. */
function Stepper({ count }: { count: number }) {
  const at = Math.min(state.index.value, count - 1);
  const go = (to: number): void => {
    state.index.value = Math.max(0, Math.min(count - 1, to));
    state.elements.value = new Map();
  };
  return (
    <span class="stepper" role="group" aria-label="Hit">
      <button type="button" class="button icon" aria-label="Previous hit" disabled={at === 0} onClick={() => go(at - 1)}>‹</button>
      <span><label class="sr" for="hit">Hit</label>
        <input id="hit" class="number" inputMode="numeric" value={String(at + 1)} onChange={(event) => {
          const wanted = Number(event.currentTarget.value);
          if (Number.isInteger(wanted)) go(wanted - 1);
          event.currentTarget.value = String(Math.min(state.index.value, count - 1) + 1);
        }} /> of {count}
      </span>
      <button type="button" class="button icon" aria-label="Next hit" disabled={at === count - 1} onClick={() => go(at + 1)}>›</button>
    </span>
  );
}

const WRITTEN: Record<string, string> = {
  json: 'Document', python: 'Python', java: 'Java', dotnet: '.NET', node: 'Node.js', javascript: 'Node.js', ruby: 'Ruby', php: 'PHP', go: 'Go',
};

function Facts() {
  const read = opened.value.value;
  const text = state.data.value;
  if (complaint.value !== null) return <p class="facts wrong" role="alert">{complaint.value}</p>;
  if (text.trim() === '') return <p class="facts">No data: names cannot be looked up.</p>;
  if (!read) return <p class="facts">Reading …</p>;
  const { handle } = read;
  if (!handle.ok) {
    const first = handle.diagnostics[0];
    const place = /:(\d+):(\d+)$/.exec(first?.source ?? '');
    return (
      <p class="facts wrong">
        {first?.message ?? 'The data cannot be read'}{place ? ` (line ${place[1]}, column ${place[2]})` : ''}
      </p>
    );
  }
  return (
    <p class="facts">
      <b>{WRITTEN[handle.language] ?? handle.language}</b>
      <span>{bytes(text.length)}</span>
      <span class="names" title={handle.names.join(', ')}>{handle.names.length} {handle.names.length === 1 ? 'name' : 'names'}: {handle.names.slice(0, 12).join(', ')}{handle.names.length > 12 ? ' …' : ''}</span>
    </p>
  );
}

export function DataPane() {
  const input = useRef<HTMLInputElement>(null);
  const read = opened.value.value;
  const frames = read?.handle.frames ?? [];
  // What has to be seen is never folded.
  const must = state.data.value.trim() === '' || read?.handle.ok === false;
  const isOpen = must || unfolded.value;
  return (
    <section
      class="pane pane-data" aria-label="Data" data-dragged={dragged.value} data-open={isOpen}
      onDragOver={(event) => { if (event.dataTransfer?.types.includes('Files')) { event.preventDefault(); dragged.value = true; } }}
      onDragLeave={(event) => { if (!event.currentTarget.contains(event.relatedTarget as Node | null)) dragged.value = false; }}
      onDrop={(event) => {
        dragged.value = false;
        const file = event.dataTransfer?.files[0];
        if (!file) return;
        event.preventDefault();
        void takeFile(file);
      }}
    >
      <div class="bar">
        <h2>Data</h2>
        <span class="grow" />
        {read && read.count > 1 && <Stepper count={read.count} />}
        {frames.length > 0 && (
          <label class="field">Frame
            <select value={read?.handle.frame ?? ''} onChange={(event) => { state.frame.value = event.currentTarget.value; }}>
              {frames.map((frame) => <option key={frame}>{frame}</option>)}
            </select>
          </label>
        )}
        <button type="button" class="button quiet" onClick={() => input.current?.click()}>Open file</button>
        <button type="button" class="button quiet unfold" aria-expanded={isOpen} aria-controls="data-editor" disabled={must}
          onClick={() => { unfolded.value = !unfolded.value; }}>{isOpen ? 'Hide' : 'Show'}</button>
        <input ref={input} type="file" class="sr" tabIndex={-1} aria-label="File with data" accept=".json,.ndjson,.jsonl,.txt,application/json"
          onChange={(event) => { void takeFile(event.currentTarget.files?.[0]); event.currentTarget.value = ''; }} />
      </div>
      <Editor />
      <Facts />
      <div class="drop" aria-hidden="true">Drop the file to read it. It stays on this machine.</div>
    </section>
  );
}
