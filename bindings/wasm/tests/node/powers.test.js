// The module is built without its tables of powers, and computes them when it starts.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { evaluate, init } from '../../package/node.js';

const dist = join(dirname(fileURLToPath(import.meta.url)), '../../package/dist');

/** The memory of a module that has started, and done nothing else. */
async function memory(name) {
  const module = await WebAssembly.compile(readFileSync(join(dist, `${name}_bg.wasm`)));
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    (imports[from] ??= {})[name] = () => assert.fail(`${name} was called`);
  }
  const { exports } = await WebAssembly.instantiate(module, imports);
  return Buffer.from(exports.memory.buffer);
}

/** The first 128 bits of the powers of five that the standard library reads floats with, as its own script makes them. */
function fives() {
  const table = Buffer.alloc(651 * 16);
  for (let power = -342; power <= 308; power++) {
    let bits = 5n ** BigInt(Math.abs(power));
    if (power < 0) {
      const length = BigInt(bits.toString(2).length);
      bits = (1n << (length + 127n)) / bits + (power < -27 ? 0n : 1n);
    }
    const spare = BigInt(bits.toString(2).length - 128);
    bits = spare < 0n ? bits << -spare : bits >> spare;
    table.writeBigUInt64LE(bits >> 64n, (power + 342) * 16);
    table.writeBigUInt64LE(bits & ((1n << 64n) - 1n), (power + 342) * 16 + 8);
  }
  return table;
}

for (const name of ['probelang', 'probelang_check']) {
  test(`${name} has the powers that it computes, and is built without them`, async () => {
    const table = fives();
    assert.ok((await memory(name)).includes(table));
    assert.ok(!readFileSync(join(dist, `${name}_bg.wasm`)).includes(table.subarray(0, 64)));
  });
}

test('probelang has the powers of ten', async () => {
  const tens = Float64Array.from({ length: 309 }, (_, power) => Number(`1e${power}`));
  assert.ok((await memory('probelang')).includes(Buffer.from(tens.buffer)));
});

test('floats are read as JavaScript reads them', async () => {
  await init();
  const digits = ['1', '9.999999999999999', '1.7976931348623157', '2.2250738585072011', '4.9406564584124654', '7.038531'];
  const floats = digits
    .flatMap((start) => Array.from({ length: 645 }, (_, at) => `${start}e${at - 335}`))
    .filter((text) => Number.isFinite(Number(text)));
  for (let from = 0; from < floats.length; from += 100) {
    const list = `[${floats.slice(from, from + 100).join(',')}]`;
    assert.deepEqual(evaluate('list', `{"list": ${list}}`).value, JSON.parse(list));
  }
});
