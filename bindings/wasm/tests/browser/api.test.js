// The package in a browser, without a bundler.

import '../guard.js';

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import * as engine from '../../package/node.js';
import { performAll } from '../calls.js';
import { launch, open, serve } from './support.js';

const calls = JSON.parse(await readFile(new URL('../calls.json', import.meta.url), 'utf8'));

const STRICT = "default-src 'self'; script-src 'self'";
const ALLOWED = `${STRICT} 'wasm-unsafe-eval'`;

let browser;
let server;
let expected;

before(async () => {
  await engine.init();
  expected = await performAll(calls, engine);
  browser = await launch();
  server = await serve();
});

after(async () => {
  await browser?.close();
  await server?.close();
});

/** Runs `use` in a page, and looks whether it asked for nothing else and complained of nothing. */
async function inPage(use, { at = server, complaints = 0 } = {}) {
  const opened = await open(browser, `${at.origin}/tests/browser/pages/plain.html`);
  try {
    await opened.page.waitForFunction(() => document.title === 'ready');
    await use(opened.page);
    assert.deepEqual(opened.foreign(), []);
    if (complaints === 0) assert.deepEqual(opened.complaints, []);
  } finally {
    await opened.close();
  }
}

function same(found) {
  assert.equal(found.length, calls.length);
  calls.forEach(({ name }, index) => assert.deepEqual(found[index], expected[index], name));
}

test('every call on the page gives what it gives in Node', () =>
  inPage(async (page) => {
    same(await page.evaluate(async (all) => {
      await engine.init();
      return performAll(all, engine);
    }, calls));
  }));

test('every call in a module worker gives what it gives in Node', () =>
  inPage(async (page) => same(await page.evaluate((all) => inWorker(all), calls))));

test('every call through a client gives what it gives in Node', () =>
  inPage(async (page) => {
    same(await page.evaluate((all) => performAll(all, createClient()), calls));
  }));

test('the table has a call of every function', () => {
  const functions = Object.keys(engine).filter((name) => /^[a-z]/.test(name) && typeof engine[name] === 'function');
  const called = new Set(calls.map((entry) => entry.call));
  const apart = ['init', 'initSync', 'status', 'compile'];
  assert.deepEqual(functions.filter((name) => !called.has(name) && !apart.includes(name)), []);
});

test('the module is taken from wherever the page says', () =>
  inPage(async (page) => {
    const url = `${server.origin}/package/dist/probelang_bg.wasm`;
    for (const source of ['url', 'text', 'response', 'request', 'buffer', 'bytes', 'module']) {
      await page.reload();
      await page.waitForFunction(() => document.title === 'ready');
      const value = await page.evaluate(async ([from, kind]) => {
        const sources = {
          url: () => new URL(from),
          text: () => from,
          response: () => fetch(from),
          request: () => new Request(from),
          buffer: async () => (await wasm()).buffer,
          bytes: () => wasm(),
          module: async () => WebAssembly.compile(await wasm()),
        };
        await engine.init(kind === 'response' ? sources.response() : await sources[kind]());
        await engine.init();
        return engine.evaluate('a > 1', { a: 2 }).value;
      }, [url, source]);
      assert.equal(value, true, source);
    }
  }));

test('a Content Security Policy that allows WebAssembly is enough', async () => {
  const strict = await serve({ headers: { 'content-security-policy': ALLOWED } });
  try {
    await inPage(async (page) => {
      const values = await page.evaluate(async () => {
        await engine.init();
        const client = createClient();
        return [engine.evaluate('a > 1', { a: 2 }).value, (await client.evaluate('a > 1', { a: 2 })).value];
      });
      assert.deepEqual(values, [true, true]);
    }, { at: strict });
  } finally {
    await strict.close();
  }
});

test('a Content Security Policy that forbids WebAssembly is named in the error', async () => {
  const strict = await serve({ headers: { 'content-security-policy': STRICT } });
  try {
    await inPage(async (page) => {
      const [here, there] = await page.evaluate(async () => [
        await failure(engine.init()),
        await failure(createClient().init()),
      ]);
      assert.match(here.message, /wasm-unsafe-eval/);
      assert.match(there.message, /wasm-unsafe-eval/);
    }, { at: strict, complaints: 1 });
  } finally {
    await strict.close();
  }
});

test('a trap on the page throws, and the next call is answered', () =>
  inPage(async (page) => {
    const answers = await page.evaluate(async () => {
      await engine.init(trapping(await wasm(), 'artifact'));
      const trapped = await failure((async () => new engine.Program('a', { kind: 'value' }).toArtifact())());
      return [trapped, engine.evaluate('a', { a: 7 }).value, engine.status().instances];
    });
    assert.equal(answers[0].misuse, false);
    assert.deepEqual(answers.slice(1), [7, 2]);
  }, { complaints: 1 }));

test('a trap in the worker rejects, and the next call is answered', () =>
  inPage(async (page) => {
    const answers = await page.evaluate(async () => {
      const client = createClient({ module: trapping(await wasm(), 'artifact') });
      const program = await client.compile('a', { kind: 'value' });
      const trapped = await failure(program.artifact());
      return [trapped, (await client.evaluate(program, { a: 7 })).value, client.status().replaced];
    });
    assert.equal(answers[0].misuse, false);
    assert.deepEqual(answers.slice(1), [7, 1]);
  }, { complaints: 1 }));

test('a call that runs in the worker is cancelled', async (t) => {
  await inPage(async (page) => {
    const { error, times, value, replaced } = await page.evaluate(async () => {
      const client = createClient();
      const data = await client.open({ a: Array.from({ length: 1000 }, (_, index) => index) });
      const times = [];
      let error;
      for (let round = 0; round < 5; round += 1) {
        const controller = new AbortController();
        const running = failure(client.evaluate('any(a, {any(a, {any(a, {@it < 0})})})', data, {
          kind: 'condition', maxSteps: 1e15, maxTime: 600_000, signal: controller.signal,
        }));
        // A spare worker is started in advance from the second round on.
        await new Promise((resolve) => setTimeout(resolve, round === 0 ? 20 : 600));
        const from = performance.now();
        controller.abort();
        error = await running;
        await client.init();
        times.push(Math.round(performance.now() - from));
      }
      const { value } = await client.evaluate('len(a)', data);
      return { error, times, value, replaced: client.status().replaced };
    });
    assert.equal(error.name, 'AbortError');
    assert.equal(value, 1000);
    assert.equal(replaced, 5);
    t.diagnostic(`from the abort to a ready worker: ${times[0]} ms at once, ${times.slice(1).join(', ')} ms in a long call`);
  });
});

test('a worker that holds too much memory is replaced', () =>
  inPage(async (page) => {
    const status = await page.evaluate(async () => {
      const client = createClient({ maxMemory: 16 * 1024 * 1024 });
      const data = await client.open({ n: 7 });
      const large = JSON.stringify({ a: Array.from({ length: 300_000 }, (_, index) => ({ index })) });
      await client.evaluate('len(a)', large);
      const { value } = await client.evaluate('n', data);
      return { ...client.status(), value };
    });
    assert.equal(status.value, 7);
    assert.equal(status.replaced, 1);
    assert.ok(status.memory < 16 * 1024 * 1024);
  }));

test('a key is answered on the page and through the worker', async (t) => {
  await inPage(async (page) => {
    const times = await page.evaluate(async () => {
      const items = Array.from({ length: 10_000 }, (_, id) => (
        { id, name: `item ${id}`, price: id % 500, tags: ['a', 'b', 'c'], owner: { name: 'Ada', active: id % 2 === 0 } }));
      const text = JSON.stringify({ items, limit: 400 });
      const source = 'len(filter(items, {@it.price > limit && @it.owner.active})) > 10';
      const options = { kind: 'condition' };
      const median = (all) => all.sort((a, b) => a - b)[all.length >> 1].toFixed(1);

      await engine.init();
      const begun = performance.now();
      const snapshot = new engine.Snapshot(text);
      const read = (performance.now() - begun).toFixed(1);
      const schema = snapshot.schema();
      const onPage = [];
      const throughWorker = [];
      const client = createClient();
      const data = await client.open(text);
      for (let round = 0; round < 15; round += 1) {
        let from = performance.now();
        engine.tokens(source, options);
        engine.check(source, { ...options, schema });
        engine.trace(source, snapshot, options);
        onPage.push(performance.now() - from);
        from = performance.now();
        await Promise.all([
          client.tokens(source, options), client.check(source, { ...options, schema: data }), client.trace(source, data, options),
        ]);
        throughWorker.push(performance.now() - from);
      }
      return { bytes: text.length, read, onPage: median(onPage), throughWorker: median(throughWorker) };
    });
    t.diagnostic(`${times.bytes} bytes, 10,000 elements: read in ${times.read} ms; tokens, check and trace take `
      + `${times.onPage} ms on the page, ${times.throughWorker} ms through the worker (medians of 15)`);
  });
});
