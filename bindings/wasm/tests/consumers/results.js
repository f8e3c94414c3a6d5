// What the calls of `calls.json` give, as TypeScript: it compiles only if the declarations say all that comes and no more.

import { readFile } from 'node:fs/promises';

import * as engine from '../../package/node.js';
import { performAll } from '../calls.js';

export async function resultsAsTypeScript() {
  const calls = JSON.parse(await readFile(new URL('../calls.json', import.meta.url), 'utf8'));
  await engine.init();
  const results = await performAll(calls, engine);
  const lines = calls.map((entry, index) => {
    const result = results[index];
    return result?.throws ? '' : `// ${entry.name}\nexport const r${index}: ${typeOf(entry)} = ${literal(result)};\n`;
  });
  return `import type * as engine from 'probelang';\n\n${lines.join('')}`;
}

function typeOf({ call, on, read }) {
  const [name] = on ? [{ $program: 'Program', $snapshot: 'Snapshot', $schema: 'Schema' }[Object.keys(on)[0]]] : [];
  if (read) return `Pick<engine.${name}, ${read.map((one) => `'${one}'`).join(' | ')}>`;
  return name ? `ReturnType<engine.${name}['${call}']>` : `ReturnType<typeof engine.${call}>`;
}

function literal(value) {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if ('$bigint' in value) return `${value.$bigint}n`;
  if ('$bytes' in value) return `new Uint8Array(${JSON.stringify(value.$bytes)})`;
  return `{${Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${literal(one)}`).join(', ')}}`;
}
