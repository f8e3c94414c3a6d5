// Runs the cases of the corpus, by whatever performs them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root, runner } from './node/command.js';

const corpus = join(root, 'conformance/corpus');

/** Cases that are performed together. */
const BATCH = 100;

/** Looks whether every case gives what it gives natively; `perform` gives what `conformance.js` gives, for some lines. */
export async function everyCase(perform, diagnostic) {
  const child = spawn(runner, ['export', corpus], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => { said += text; });
  const ended = new Promise((resolve, reject) => child.on('exit', resolve).on('error', reject));
  const lines = [];
  for await (const line of createInterface({ input: child.stdout })) lines.push(line);
  assert.equal(await ended, 0, said);
  const counts = {};
  const different = [];
  for (let at = 0; at < lines.length; at += BATCH) {
    for (const { id, actual, expected } of await perform(lines.slice(at, at + BATCH))) {
      counts[actual.status] = (counts[actual.status] ?? 0) + 1;
      try {
        assert.deepEqual(actual, expected);
      } catch {
        different.push({ id, actual, expected });
      }
    }
  }
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  diagnostic(`${total} cases: ${JSON.stringify(counts)}`);
  for (const line of said.trim().split('\n')) diagnostic(line);
  assert.deepEqual(different, []);
  assert.equal(total, lines.length);
  // what is left out has its reason, and is the exception
  const leftOut = [...said.matchAll(/^left out: (\d+): /gm)].reduce((sum, [, count]) => sum + Number(count), 0);
  assert.ok(total > 0 && leftOut <= total / 100, `${leftOut} of ${total + leftOut} cases are left out`);
}
