import * as engine from '/package/web.js';
import { performAll } from '/tests/calls.js';

self.addEventListener('message', async ({ data: calls }) => {
  try {
    await engine.init();
    self.postMessage({ results: await performAll(calls, engine) });
  } catch (error) {
    self.postMessage({ error: String(error) });
  }
});
