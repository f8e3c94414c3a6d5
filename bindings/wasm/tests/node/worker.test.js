// The client of a worker, in Node.

import '../guard.js';

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import * as engine from '../../package/node.js';
import { createClient } from '../../package/worker-node.js';
import { performAll } from '../calls.js';
import { trapping } from '../trapping-module.js';

const calls = JSON.parse(await readFile(new URL('../calls.json', import.meta.url), 'utf8'));
const wasm = await readFile(new URL('../../package/dist/probelang_bg.wasm', import.meta.url));

const clients = [];

function client(options) {
  const one = createClient(options);
  clients.push(one);
  return one;
}

before(() => engine.init());
after(() => clients.forEach((one) => one.close()));

const list = { a: Array.from({ length: 1000 }, (_, index) => index) };

/** A call that takes many seconds. */
function slow(one, options, data = list) {
  const endless = { maxSteps: 1e15, maxTime: 600_000, kind: 'condition' };
  return one.evaluate('any(a, {any(a, {any(a, {@it < 0})})})', data, { ...endless, ...options });
}

/** Waits until the worker is in the middle of a call. */
async function busy(one) {
  while (!one.status().running) await new Promise((resolve) => setTimeout(resolve, 1));
  await new Promise((resolve) => setTimeout(resolve, 20));
}

const aborted = { name: 'AbortError' };

test('every call gives what the engine gives', async () => {
  const expected = await performAll(calls, engine);
  const found = await performAll(calls, client());
  calls.forEach(({ name }, index) => assert.deepEqual(found[index], expected[index], name));
});

test('a call that runs is cancelled, and the next call is answered by another worker', async (t) => {
  const one = client();
  const data = await one.open(list);
  const controller = new AbortController();
  const running = slow(one, { signal: controller.signal }, data);
  await busy(one);
  const from = performance.now();
  controller.abort();
  await assert.rejects(running, aborted);
  await one.init();
  t.diagnostic(`from the abort to a ready worker: ${Math.round(performance.now() - from)} ms`);
  assert.equal((await one.evaluate('len(a)', data)).value, 1000);
  assert.equal(one.status().replaced, 1);
});

test('calls that wait survive the end of the one that runs', async () => {
  const one = client();
  const data = await one.open({ n: 1 });
  const controller = new AbortController();
  const running = slow(one, { signal: controller.signal });
  const waiting = [one.evaluate('n', data), one.evaluate('n + 1 == 2', data), one.format('a>1')];
  await busy(one);
  controller.abort();
  await assert.rejects(running, aborted);
  const [first, , third] = await Promise.all(waiting);
  assert.equal(first.value, 1);
  assert.equal(third.text, 'a > 1');
});

test('a call that waits is cancelled without a new worker', async () => {
  const one = client();
  const controller = new AbortController();
  const first = one.check('a');
  const second = one.check('b', { signal: controller.signal });
  const third = one.check('c');
  controller.abort(new Error('not needed'));
  await assert.rejects(second, { message: 'not needed' });
  assert.equal((await first).ok, true);
  assert.equal((await third).ok, true);
  assert.equal(one.status().replaced, 0);
});

test('a signal that was aborted before cancels at once', async () => {
  const one = client();
  await assert.rejects(one.check('a', { signal: AbortSignal.abort() }), aborted);
  assert.equal(one.status().waiting, 0);
});

test('of calls with one key only the newest is answered', async () => {
  const one = client();
  const answers = await Promise.allSettled(
    ['a', 'b', 'c', 'd'].map((source) => one.check(source, { signal: one.latest('check') })),
  );
  assert.deepEqual(answers.map(({ status }) => status), ['rejected', 'rejected', 'rejected', 'fulfilled']);
  answers.slice(0, 3).forEach(({ reason }) => assert.equal(reason.name, 'AbortError'));
});

test('a long call that was replaced does not hold up the newest', async () => {
  const one = client();
  const old = slow(one, { signal: one.latest('run') });
  await busy(one);
  const newest = one.evaluate('1 == 1', {}, { signal: one.latest('run') });
  await assert.rejects(old, aborted);
  assert.equal((await newest).value, true);
  assert.equal(one.status().replaced, 1);
});

test('a worker that holds too much memory is replaced between calls', async () => {
  const one = client({ maxMemory: 16 * 1024 * 1024 });
  const data = await one.open({ n: 7 });
  const large = JSON.stringify({ a: Array.from({ length: 300_000 }, (_, index) => ({ index })) });
  assert.equal((await one.evaluate('len(a)', large)).value, 300_000);
  assert.equal((await one.evaluate('n', data)).value, 7);
  assert.equal(one.status().replaced, 1);
  assert.ok(one.status().memory < 16 * 1024 * 1024, `${one.status().memory} bytes`);
});

test('open data that is larger than the bound does not start a worker for each call', async () => {
  const one = client({ maxMemory: 4 * 1024 * 1024 });
  const data = await one.open({ a: Array.from({ length: 100_000 }, (_, index) => ({ index })) });
  for (let i = 0; i < 5; i += 1) assert.equal((await one.evaluate('len(a)', data)).value, 100_000);
  assert.ok(one.status().replaced <= 1, `replaced ${one.status().replaced} times`);
});

test('a trap rejects the call, and the next call is answered', async () => {
  const one = client({ module: trapping(wasm, 'artifact') });
  const data = await one.open({ n: 7 });
  const program = await one.compile('n', { kind: 'value' });
  await assert.rejects(program.artifact(), (error) => error instanceof Error && !(error instanceof TypeError));
  assert.equal((await one.evaluate(program, data)).value, 7);
  assert.equal(one.status().replaced, 1);
});

test('misuse is a TypeError', async () => {
  const one = client();
  const other = client();
  const data = await other.open({});
  const cases = {
    'a function as data': () => one.evaluate('a', { a() {} }),
    'a handle of another client': () => one.evaluate('a', data),
    'a handle opened again': () => other.open(data),
    'a signal that is none': () => one.check('a', { signal: 7 }),
    'an unknown option': () => one.check('a', { nope: 1 }),
    'data as a program': () => other.evaluate(data, {}),
    'no source': () => one.compile(),
    'bytes that are text': () => one.load('abc'),
  };
  for (const [name, call] of Object.entries(cases)) await assert.rejects(call(), TypeError, name);
  assert.equal(one.status().replaced, 0);
  assert.throws(() => createClient({ nope: 1 }), TypeError);
  assert.throws(() => createClient({ maxMemory: -1 }), TypeError);
  assert.throws(() => createClient(7), TypeError);
});

test('a handle that was freed is not used, but calls made before are done', async () => {
  const one = client();
  const data = await one.open({ n: 7 });
  const before = one.evaluate('n', data);
  data.free();
  data.free();
  assert.equal((await before).value, 7);
  await assert.rejects(one.evaluate('n', data), /freed/);
});

test('a program keeps the schema that it was compiled with', async () => {
  const one = client();
  const schema = await one.schema({ names: { user: { type: 'object', fields: { age: 'integer' } } } });
  const program = await one.compile('user.agee > 1', { schema });
  assert.deepEqual(program.diagnostics, new engine.Program('user.agee > 1', { schema: { names: { user: { type: 'object', fields: { age: 'integer' } } } } }).diagnostics);
  schema.free();
  const controller = new AbortController();
  const running = slow(one, { signal: controller.signal });
  await busy(one);
  controller.abort();
  await assert.rejects(running, aborted);
  const again = await one.evaluate(program, { user: { age: 1 } });
  assert.ok(['ok', 'fault', 'error'].includes(again.status));
});

test('data is a schema of its names', async () => {
  const one = client();
  const data = await one.open({ user: { age: 42 } });
  const found = await one.complete('user.', 5, undefined, { schema: data });
  assert.deepEqual(found.map(({ label }) => label), ['age']);
});

test('a program goes through an artifact', async () => {
  const one = client();
  const program = await one.compile('n > 1', { kind: 'condition' });
  const loaded = await one.load(await program.artifact());
  assert.equal(loaded.ok, true);
  assert.equal(loaded.kind, 'condition');
  assert.equal((await one.evaluate(loaded, { n: 2 })).value, true);
});

test('arguments are those of the time of the call', async () => {
  const one = client();
  const data = { n: 1 };
  const opened = { n: 1 };
  const handle = one.open(opened);
  const answer = one.evaluate('n', data);
  data.n = 2;
  opened.n = 2;
  assert.equal((await answer).value, 1);
  assert.equal((await one.evaluate('n', await handle)).value, 1);
});

test('a closed client rejects what waits and what comes', async () => {
  const one = client();
  const waiting = [one.check('a'), one.check('b')];
  one.close();
  one.close();
  for (const call of waiting) await assert.rejects(call, aborted);
  await assert.rejects(one.check('c'), aborted);
});

test('a module that is none is an error of every call, and starts no worker by itself', async () => {
  const one = client({ module: new Uint8Array([1, 2, 3]) });
  await assert.rejects(one.init(), Error);
  for (const call of [one.check('a'), one.check('b')]) await assert.rejects(call, Error);
  assert.equal(one.status().replaced, 0);
});

test('a client that was not closed does not keep the process alive', async () => {
  const script = `
    import { createClient } from ${JSON.stringify(new URL('../../package/worker-node.js', import.meta.url).href)};
    const one = createClient();
    console.log((await one.evaluate('1 == 1')).value);
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  assert.equal(stdout, 'true\n');
});
