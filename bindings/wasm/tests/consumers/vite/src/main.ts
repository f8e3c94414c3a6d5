// A page of a fresh project: the engine on the page, in a worker, and in an editor.

import { EditorView } from '@codemirror/view';
import * as engine from 'probelang';
import { check, complete, hover, init, tokens } from 'probelang/check';
import { probelang } from 'probelang/codemirror';
import { createClient } from 'probelang/worker';

async function shows(view: EditorView, selector: string): Promise<boolean> {
  while (!view.dom.querySelector(selector)) await new Promise((resolve) => setTimeout(resolve, 5));
  return true;
}

async function run(): Promise<unknown[]> {
  await engine.init();
  await init();
  const client = createClient();
  const data = await client.open({ a: 2 });
  // One after the other over each engine: all must find that `and` is not an operator.
  const marked: boolean[] = [];
  for (const one of [engine, { check, complete, hover, tokens }, client]) {
    const view = new EditorView({
      parent: document.body,
      doc: 'a > 1 and b',
      extensions: [probelang({ engine: one, kind: 'condition', data: '{"a": 2}', values: 'lines', theme: 'light' })],
    });
    marked.push(await shows(view, '.cm-lintRange-error') && await shows(view, '.cm-probelang-name'));
  }
  return [
    engine.evaluate('a > 1', { a: 2 }).value,
    check('a > 1').ok,
    (await client.evaluate('a > 1', data)).value,
    ...marked,
  ];
}

run().then(
  (results) => {
    document.title = JSON.stringify(results);
  },
  (error: unknown) => {
    document.title = String(error);
  },
);
