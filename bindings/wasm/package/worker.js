// The worker client of browsers.

import { checkOptions, Client } from './worker-client.js';

export function createClient(options = {}) {
  checkOptions(options);
  // A bundler finds the worker by exactly this expression.
  const create = options.worker
    ?? (() => new Worker(new URL('./worker-thread.js', import.meta.url), { type: 'module', name: 'probelang' }));
  return new Client((events) => spawn(create(), events), { ...options, module: absolute(options.module) });
}

function spawn(worker, { onMessage, onLost }) {
  worker.addEventListener('message', ({ data }) => onMessage(data));
  worker.addEventListener('messageerror', () => onLost(new Error('probelang: the worker sent what cannot be read')));
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    onLost(new Error(`probelang: the worker ended: ${event.message ?? 'its script could not be loaded'}`));
  });
  return {
    post: (message) => worker.postMessage(message),
    stop: () => worker.terminate(),
    hold() {},
    release() {},
  };
}

/** A relative URL means the page, not the worker. */
function absolute(module) {
  return typeof module === 'string' || module instanceof URL ? new URL(module, document.baseURI).href : module;
}
