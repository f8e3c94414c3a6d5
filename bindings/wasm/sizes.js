// sizes.js DIRECTORY BOUNDS: what a page downloads of each entry: bytes as they are, as `gzip -9` writes them, and with
// brotli. Fails above the bounds.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';

// Of what is published, what is there plus 2 %; of what `build --quick` makes, an upper bound. The aims are 560,000 and 440,000
// for the whole engine, and 400,000 for the check.
const bounds = {
  published: {
    probelang: { gzip: 593_000, brotli: 488_000 },
    probelang_check: { gzip: 320_000 },
  },
  quick: {
    probelang: { gzip: 645_000, brotli: 530_000 },
    probelang_check: { gzip: 380_000 },
  },
};
const [, , directory, kind] = process.argv;
let failed = false;
console.log('module'.padEnd(20), ['raw', 'gzip', 'brotli'].map((name) => name.padStart(12)).join(''));
for (const [name, most] of Object.entries(bounds[kind])) {
  const raw = readFileSync(`${directory}/dist/${name}_bg.wasm`);
  const sizes = {
    raw: raw.length,
    gzip: execFileSync('gzip', ['-9', '--no-name', '--stdout'], { input: raw, maxBuffer: raw.length }).length,
    brotli: brotliCompressSync(raw, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
  };
  console.log(name.padEnd(20), Object.values(sizes).map((size) => String(size).padStart(12)).join(''));
  for (const [form, bound] of Object.entries(most)) {
    if (sizes[form] > bound) {
      console.error(`error: ${name} takes ${sizes[form]} bytes with ${form}, more than ${bound}`);
      failed = true;
    }
  }
}
process.exitCode = failed ? 1 : 0;
