// Changes to the text of the expression.

import type { Diagnostic, Edit } from 'probelang';

import { loaded } from './engine';
import * as state from './state';

/** Makes the changes of a fix. */
export function apply(diagnostic: Diagnostic, edit: Edit): void {
  const text = state.source.peek();
  if (diagnostic.source !== '<expression>' && diagnostic.source !== '<probes>') return;
  const changes = [...edit.changes].sort((a, b) => b.span.utf16.start - a.span.utf16.start);
  state.rewrite(changes.reduce(
    (now, { span, text: insert }) => now.slice(0, span.utf16.start) + insert + now.slice(span.utf16.end), text,
  ));
}

/** Writes the text in its canonical form, if it can be read. */
export async function tidy(): Promise<void> {
  const client = loaded();
  if (!client) return;
  const text = state.source.peek();
  const mode = state.mode.peek();
  if (mode === 'probe') {
    try {
      // Integers that JavaScript cannot hold must stay as they are.
      if (!/\d{16}/.test(text)) state.rewrite(JSON.stringify(JSON.parse(text), null, 2));
    } catch {
      // What is not JSON is reported where it is wrong.
    }
    return;
  }
  const formatted = await client.format(text, { kind: mode, dialect: state.dialect.peek() });
  if (formatted.ok && state.source.peek() === text) state.rewrite(formatted.text);
}
