// The worker of Node.

import { parentPort } from 'node:worker_threads';
import * as engine from './node.js';
import { serve } from './worker-serve.js';

const receive = serve(engine, (message) => parentPort.postMessage(message));
parentPort.on('message', receive);
