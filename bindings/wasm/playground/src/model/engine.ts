// The engine, twice from one compiled module: in a worker, which does everything that may take long, and on this thread,
// which gives the tokens for highlighting at once.

import { signal } from '@preact/signals';
import * as here from 'probelang';
import address from 'probelang/probelang.wasm?url';
import { createClient, type Client } from 'probelang/worker';

export type Loading = { state: 'loading' } | { state: 'ready'; version: string } | { state: 'failed'; why: string };

export const loading = signal<Loading>({ state: 'loading' });

let client: Client | undefined;

async function compiled(): Promise<WebAssembly.Module> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the engine cannot be loaded: the server says ${response.status}`);
  // A server that does not know the type of the file sends another one.
  if (response.headers.get('content-type')?.startsWith('application/wasm')) return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}

async function load(): Promise<Client> {
  const module = await compiled();
  const made = createClient({ module });
  await here.init(module);
  await made.init();
  client = made;
  loading.value = { state: 'ready', version: here.status().version ?? '' };
  return made;
}

/** The engine in the worker. */
export const engine: Promise<Client> = load();

engine.catch((error: unknown) => {
  loading.value = { state: 'failed', why: error instanceof Error ? error.message : String(error) };
});

/** The same, for what is only reachable after the engine was loaded. */
export function loaded(): Client | undefined {
  return client;
}

/** The tokens of a source, at once. */
export const tokens: typeof here.tokens = (source, options) => here.tokens(source, options);

/** Whether an error only says that a newer question took the place of this one. */
export function wasReplaced(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
