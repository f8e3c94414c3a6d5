// What input cannot do: no text traps the module, and what no data could make right throws before it is called.
import '../guard.js';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { before, test } from 'node:test';
import * as probelang from '../../package/node.js';
import * as checker from '../../package/check-node.js';
import { command } from './command.js';

before(async () => {
  await probelang.init();
  await checker.init();
});

const alive = () => {
  assert.equal(probelang.evaluate('1 + 1', {}).status, 'error');
  assert.equal(probelang.evaluate('a', { a: 2 }).value, 2);
  assert.equal(probelang.status().instances, 1);
};

const deep = {
  brackets: '('.repeat(50_000) + 'a' + ')'.repeat(50_000),
  nots: '!'.repeat(50_000) + 'a',
  indexes: 'a' + '[0]'.repeat(50_000),
  open: '['.repeat(50_000),
  strings: '"'.repeat(50_001),
};
for (const [name, source] of Object.entries(deep)) {
  test(`50,000 ${name} are answered`, () => {
    for (const call of [
      () => probelang.check(source, { targets: ['java'] }), () => probelang.evaluate(source, { a: 1 }),
      () => probelang.format(source), () => probelang.toJson(source), () => probelang.fix(source), () => probelang.trace(source, { a: 1 }),
      () => probelang.tokens(source), () => probelang.complete(source, source.length, { a: 1 }), () => probelang.hover(source, 25_000),
      () => probelang.render(`{${source}}`, { a: 1 }), () => probelang.diff(source, { a: 1 }),
    ]) call();
    alive();
  });
}

test('JSON of an expression that nests 50,000 levels is answered', () => {
  const json = '{"not":'.repeat(50_000) + 'true' + '}'.repeat(50_000);
  assert.equal(probelang.check(json, { form: 'json' }).ok, false);
  assert.equal(probelang.fromJson(json).ok, false);
  alive();
});

test('data of 511 levels is read, of more it is not', () => {
  const nested = (levels) => '{"a":' + '['.repeat(levels) + ']'.repeat(levels) + '}';
  assert.equal(probelang.evaluate('len(a)', nested(511)).value, 1);
  assert.equal(probelang.evaluate('a == a', nested(511)).fault.code, 'PL1503');
  for (const levels of [513, 100_000]) {
    const { status, diagnostics } = probelang.evaluate('a', nested(levels));
    assert.deepEqual([status, diagnostics[0].code], ['error', 'PL2002']);
  }
  alive();
});

test('5 MB of small objects are read and captured', () => {
  const data = JSON.stringify({ xs: Array.from({ length: 400_000 }, (_, n) => ({ n })) });
  const snapshot = new probelang.Snapshot(data);
  assert.equal(probelang.evaluate('xs[399999].n', snapshot).value, 399_999);
  assert.equal(probelang.capture(snapshot).ok, true);
  snapshot.free();
  alive();
});

test('a run ends within its steps and its time', () => {
  const data = { xs: Array.from({ length: 3_000 }, (_, n) => n) };
  const source = 'any(xs, {any(xs, {any(xs, {@it < 0})})})';
  const steps = probelang.evaluate(source, data, { maxSteps: 10_000 });
  assert.deepEqual([steps.status, steps.fault.class], ['limit', 'limit']);
  const time = probelang.evaluate(source, data, { maxSteps: Number.MAX_SAFE_INTEGER, maxTime: 20 });
  assert.deepEqual([time.status, time.fault.class], ['limit', 'limit']);
});

test('a pattern of all Unicode is refused by name, in text and in an artifact', () => {
  const source = 'matches(s, "\\\\p{Greek}+")';
  const { ok, diagnostics } = probelang.check(source);
  assert.equal(ok, false);
  assert.match(diagnostics[0].message, /Unicode/);
  // the command has all of Unicode
  const bytes = execFileSync(command, ['compile', source, '--kind', 'condition', '--output', '-']);
  const program = probelang.Program.fromArtifact(new Uint8Array(bytes));
  assert.equal(program.ok, false);
  assert.match(program.diagnostics[0].message, /pattern/);
  program.free();
});

test('an artifact gives what its source gives', () => {
  const program = new probelang.Program('any(xs, {@it.n > limit})', { kind: 'condition' });
  const again = probelang.Program.fromArtifact(program.toArtifact());
  assert.equal(again.kind, 'condition');
  for (const data of [{ xs: [{ n: 3 }], limit: 2 }, { xs: [], limit: 2 }, { xs: [{}], limit: 2 }]) {
    const [one, other] = [program.evaluate(data), again.evaluate(data)];
    assert.deepEqual([other.status, other.value, other.fault?.code], [one.status, one.value, one.fault?.code]);
  }
  assert.throws(() => again.trace({}), TypeError);
  program.free();
  again.free();
});

const misuses = {
  'a number for a source': () => probelang.check(7),
  'no source': () => probelang.evaluate(),
  'null for a source': () => probelang.format(null),
  'a number for data': () => probelang.evaluate('a', 7),
  'a symbol for data': () => probelang.evaluate('a', Symbol('a')),
  'data that refers to itself': () => {
    const data = {};
    data.data = data;
    return probelang.evaluate('a', data);
  },
  'a list for options': () => probelang.check('a', []),
  'a text for options': () => probelang.check('a', 'strict'),
  'an unknown option': () => probelang.check('a', { dialekt: 'java' }),
  'a wrong type of an option': () => probelang.check('a', { kind: 7 }),
  'an unknown kind': () => probelang.check('a', { kind: 'predicate' }),
  'an unknown dialect': () => probelang.check('a', { dialect: 'jva' }),
  'an unknown target': () => probelang.check('a', { targets: ['jva'] }),
  'a negative limit': () => probelang.evaluate('a', {}, { maxSteps: -1 }),
  'an offset that is no number': () => probelang.complete('a', '1'),
  'an offset with a fraction': () => probelang.hover('a', 0.5),
  'a number for a token source': () => probelang.tokens('a', 7),
  'a number for a code': () => probelang.explain(214),
  'no data for a capture': () => probelang.capture(),
  'a size that is too small': () => probelang.capture({}, { maxSize: 10 }),
  'a number for probes': () => probelang.probeCheck(7),
  'a number for hits': () => probelang.probeReplay('[]', 7),
  'a text for an artifact': () => probelang.Program.fromArtifact('pbl'),
  'a frame of a snapshot that was read': () => probelang.evaluate('a', new probelang.Snapshot({ a: 1 }), { frame: 'entry' }),
  'a message of a condition': () => new probelang.Program('a', { kind: 'condition' }).render({ a: true }),
  'data that was freed': () => {
    const snapshot = new probelang.Snapshot({ a: 1 });
    snapshot.free();
    snapshot.free();
    return probelang.evaluate('a', snapshot);
  },
};
for (const [name, call] of Object.entries(misuses)) {
  test(`${name} throws a TypeError`, () => {
    assert.throws(call, TypeError);
    alive();
  });
}

test('a call before the engine is loaded says so', async () => {
  const fresh = await import('../../package/api.js');
  const glue = await import('../../package/dist/probelang.js');
  const api = fresh.connect(glue, () => undefined);
  assert.throws(() => api.check('a'), /await init\(\)/);
});

test('the small module checks as the full one does', () => {
  for (const source of ['a > 1 && b', 'a and b', 'matches(s, "(")', '{"dsl": "a"}', 'é😀']) {
    assert.deepEqual(checker.check(source), probelang.check(source));
    assert.deepEqual(checker.tokens(source), probelang.tokens(source));
    assert.deepEqual(checker.format(source), probelang.format(source));
    assert.deepEqual(checker.complete(source, 1), probelang.complete(source, 1));
  }
  assert.equal(checker.Schema.of, undefined);
  const schema = new checker.Schema({ names: { total: 'number' } });
  assert.deepEqual(checker.check('totla', { schema }), probelang.check('totla', { schema: { names: { total: 'number' } } }));
});

test('large integers go in and come out exactly', () => {
  const large = 18446744073709551615n;
  const options = { integers: 'bigint' };
  const strange = '\0n5';
  assert.deepEqual(probelang.evaluate('x', { x: [large, -(2n ** 63n), 2n ** 80n, strange, 5] }, options).value, [
    large, -(2n ** 63n), 2n ** 80n, strange, 5,
  ]);
  assert.deepEqual(probelang.evaluate('x', `{"x": ${large}}`).value, { $int: String(large) });
  assert.equal(probelang.evaluate(`x == ${large}`, { x: large }).value, true);
  assert.equal(probelang.evaluate('y', {}, { ...options, variables: { y: large } }).value, large);
});
