// The worker of a browser.

import * as engine from './web.js';
import { serve } from './worker-serve.js';

const receive = serve(engine, (message) => self.postMessage(message));
self.addEventListener('message', ({ data }) => receive(data));
