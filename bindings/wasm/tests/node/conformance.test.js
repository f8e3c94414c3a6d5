// The cases of the corpus over the package in Node.
import '../guard.js';
import { test } from 'node:test';
import * as engine from '../../package/node.js';
import { perform } from '../conformance.js';
import { everyCase } from '../corpus.js';

test('every case gives what it gives natively', { timeout: 600_000 }, async (context) => {
  await engine.init();
  await everyCase((lines) => lines.map((line) => perform(line, engine)), (line) => context.diagnostic(line));
});
