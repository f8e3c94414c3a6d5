// What a page without a bundler does. The tests use what it puts on `window`.

import * as engine from '/package/web.js';
import { createClient } from '/package/worker.js';
import { performAll } from '/tests/calls.js';
import { trapping } from '/tests/trapping-module.js';

/** All calls in a module worker of the page's own. */
function inWorker(calls) {
  const worker = new Worker('worker.js', { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.addEventListener('message', ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data.results)));
    worker.addEventListener('error', ({ message }) => reject(new Error(message)));
    worker.postMessage(calls);
  }).finally(() => worker.terminate());
}

async function wasm() {
  const response = await fetch('/package/dist/probelang_bg.wasm');
  return new Uint8Array(await response.arrayBuffer());
}

/** What an error is, as data. */
async function failure(promise) {
  try {
    await promise;
    return null;
  } catch (error) {
    return { name: error.name, message: error.message, misuse: error instanceof TypeError };
  }
}

Object.assign(window, { engine, createClient, performAll, trapping, inWorker, wasm, failure });
document.title = 'ready';
