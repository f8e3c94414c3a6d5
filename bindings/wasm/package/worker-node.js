// The worker client of Node.

import { Worker } from 'node:worker_threads';
import { checkOptions, Client } from './worker-client.js';

export function createClient(options = {}) {
  checkOptions(options);
  // Without the flags of this process: some of them a worker does not take, and it needs none.
  const create = options.worker
    ?? (() => new Worker(new URL('./worker-thread-node.js', import.meta.url), { name: 'probelang', execArgv: [] }));
  const module = options.module instanceof URL ? options.module.href : options.module;
  return new Client((events) => spawn(create(), events), { ...options, module });
}

function spawn(worker, { onMessage, onLost }) {
  worker.on('message', onMessage);
  worker.on('messageerror', () => onLost(new Error('probelang: the worker sent what cannot be read')));
  worker.on('error', (error) => onLost(new Error(`probelang: the worker ended: ${error.message}`, { cause: error })));
  worker.on('exit', () => onLost(new Error('probelang: the worker ended')));
  return {
    post: (message) => worker.postMessage(message),
    stop: () => void worker.terminate(),
    // A client that waits for nothing does not keep the process alive.
    hold: () => worker.ref(),
    release: () => worker.unref(),
  };
}
