// How a program in TypeScript uses the package. It is only compiled: what is wrong must not compile.

import { EditorView } from '@codemirror/view';
import * as engine from 'probelang';
import * as smaller from 'probelang/check';
import { fixAtCursor, probelang, refresh, type EditorEngine } from 'probelang/codemirror';
import { createClient, type Client, type DataHandle } from 'probelang/worker';

export async function api(): Promise<string[]> {
  await engine.init();
  engine.initSync();
  await engine.init(new URL('https://example.org/probelang.wasm'));

  const answer = engine.evaluate('a > 1', { a: 2n, list: [1, null, 'x'] }, { kind: 'condition', integers: 'bigint' });
  const words: string[] = [];
  switch (answer.status) {
    case 'ok':
      words.push(typeof answer.value);
      break;
    case 'fault':
    case 'limit':
      words.push(answer.fault?.message ?? '');
      break;
    case 'error':
      words.push(...answer.diagnostics.map((diagnostic) => diagnostic.message));
      break;
    default:
      answer.status satisfies never;
  }

  const report: engine.Report = engine.check({ gt: [{ ref: 'a' }, 1] }, { targets: ['java', 'another'] });
  for (const { span, edits } of report.diagnostics) {
    if (span) words.push(`${span.utf16.start}`);
    for (const edit of edits) words.push(edit.title, edit.changes[0]?.text ?? '');
  }
  using snapshot = new engine.Snapshot('{}');
  const program = new engine.Program('a', { schema: snapshot.schema() });
  const bytes: Uint8Array | null = program.toArtifact();
  if (bytes) engine.Program.fromArtifact(bytes).free();
  words.push(program.render(snapshot).text, engine.explain('PL0214')?.title ?? '');
  for (const event of engine.probeReplay('[]', '', { seed: 1 }).events) words.push(event.kind);
  const tree: engine.TraceNode | undefined = engine.trace('a', snapshot).trace;
  words.push(tree?.children[0]?.expr ?? '');

  smaller.check('a', { kind: 'metric' }).ok;
  // @ts-expect-error the smaller module evaluates nothing
  smaller.evaluate('a');

  // @ts-expect-error a number is not a source
  engine.check(7);
  // @ts-expect-error there is no such option
  engine.check('a', { knid: 'value' });
  // @ts-expect-error there is no such kind
  engine.check('a', { kind: 'sum' });
  // @ts-expect-error data is text or an object
  engine.evaluate('a', 7);
  // @ts-expect-error a value may be missing
  answer.value.toString();
  return words;
}

export async function worker(signal: AbortSignal): Promise<unknown> {
  const client: Client = createClient({ maxMemory: 1e8 });
  const data: DataHandle = await client.open('{}', { frame: 'entry', signal });
  const program = await client.compile('a', { kind: 'value', schema: data, signal });
  const value: engine.Evaluation = await client.evaluate(program, data, { signal: client.latest('a') });
  const found: engine.Candidate[] = await client.complete('a', 1, data, { schema: await client.schema('{}') });
  // @ts-expect-error what belongs to the thread cannot be sent to the worker
  await client.evaluate('a', new engine.Snapshot('{}'));
  // @ts-expect-error a schema is not data
  await client.evaluate('a', await client.schema('{}'));
  // @ts-expect-error a signal is not a number
  await client.check('a', { signal: 7 });
  client.close();
  return [value, found];
}

export function editor(client: Client): EditorView {
  const engines: EditorEngine[] = [engine, smaller, client];
  const view = new EditorView({
    extensions: engines.map((one) => probelang({ engine: one, kind: () => 'condition', data: () => null, values: 'lines' })),
  });
  probelang({ engine: client, tokenizer: engine, schema: { names: { a: 'integer' } }, theme: 'dark' });
  // @ts-expect-error there is no such theme
  probelang({ engine, theme: 'pink' });
  // @ts-expect-error an engine is needed
  probelang({});
  refresh(view);
  fixAtCursor(view);
  return view;
}
