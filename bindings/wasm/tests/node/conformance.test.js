// The cases of the corpus over the package: each gives what the engine gives natively over the same data.
//
// `probelang-conformance export` writes the cases, with the native answers.
import '../guard.js';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { evaluate, init, render } from '../../package/node.js';
import { root, runner } from './command.js';

const corpus = join(root, 'conformance/corpus');

/** The answer of the package, in the form of the export. */
function answer(kind, result) {
  switch (result.status) {
    case 'error': {
      const first = result.diagnostics.find((one) => one.severity === 'error');
      return { status: 'error', code: first?.code, message: first?.message };
    }
    case 'fault':
    case 'limit':
      return { status: result.status, code: result.fault.code, message: result.fault.message };
    default:
      return kind === 'template'
        ? { status: 'ok', message: result.text, errors: result.errors.length }
        : { status: 'ok', value: result.value };
  }
}

test('every case gives what it gives natively', { timeout: 600_000 }, async (context) => {
  await init();
  const child = spawn(runner, ['export', corpus], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => { said += text; });
  const ended = new Promise((resolve, reject) => child.on('exit', resolve).on('error', reject));
  const counts = {};
  const different = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const { id, kind, dialect, source, redactExclude, redactTypes, maxSteps, data, answer: expected } = JSON.parse(line);
    const options = { kind, dialect, form: 'json', redactExclude, redactTypes, maxSteps, maxTime: 60_000, integers: 'bigint' };
    const run = kind === 'template' ? render : evaluate;
    const actual = answer(kind, run(source, data, options));
    counts[actual.status] = (counts[actual.status] ?? 0) + 1;
    try {
      assert.deepEqual(comparable(actual), comparable(expected));
    } catch {
      different.push({ id, actual, expected });
    }
  }
  assert.equal(await ended, 0, said);
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  context.diagnostic(`${total} cases: ${JSON.stringify(counts)}`);
  for (const line of said.trim().split('\n')) context.diagnostic(line);
  assert.deepEqual(different, []);
  // what is left out has its reason, and is the exception
  const leftOut = [...said.matchAll(/^left out: (\d+): /gm)].reduce((sum, [, count]) => sum + Number(count), 0);
  assert.ok(total > 0 && leftOut <= total / 100, `${leftOut} of ${total + leftOut} cases are left out`);
});

/** Large integers compare by their digits; those of the export were rounded when its line was read. */
function comparable(value) {
  return JSON.parse(JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? Number(part) : part)));
}
