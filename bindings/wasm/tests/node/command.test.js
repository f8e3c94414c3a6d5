// Every function gives what the command gives: calls.json's neighbour command.json pairs a call with a command line.
//
//   call     the function, `with` its arguments; {"$file": name} is the text of a file
//   part     the member of the result that is compared, or several; without it all of it
//   command  the arguments of the command; <name> is a file with the text under `files`
//   printed  how standard output is read: json, lines (JSON, one per line), text (without the line break at its end), title, listing (the text of each line)
//   member   the member of the JSON that is compared
//   without  members that only one of the two has, such as the name of a file
import '../guard.js';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as probelang from '../../package/node.js';
import { command } from './command.js';

const rows = JSON.parse(readFileSync(new URL('../command.json', import.meta.url)));
let directory;

before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'probelang-'));
  await probelang.init();
});
after(() => rmSync(directory, { recursive: true }));

/** What the command prints. Statuses other than 0 are answers too: false, a fault, a wrong expression. */
function run(parameters) {
  try {
    return execFileSync(command, parameters, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    if (error.status > 6 || error.status === 2 || error.status === undefined) throw error;
    return error.stdout;
  }
}

for (const row of rows) {
  test(`${row.call}: ${row.name}`, () => {
    const files = Object.fromEntries(Object.entries(row.files ?? {}).map(([name, text]) => {
      const path = join(directory, name);
      writeFileSync(path, typeof text === 'string' ? text : JSON.stringify(text));
      return [name, path];
    }));
    const filled = (text) => text.replace(/^<([\w.-]+)>$/, (_, name) => files[name]);
    const printed = run(row.command.map(filled));
    const expected = {
      json: () => JSON.parse(printed),
      lines: () => printed.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line)),
      text: () => printed.replace(/\n$/, ''),
      listing: () => printed.trimEnd().split('\n').map((line) => ({ text: line })),
      title: () => printed.split('\n')[0].replace(/^\w+: /, ''),
    }[row.printed ?? 'json']();
    const given = row.with.map((part) => {
      const name = typeof part === 'object' && part !== null ? part.$file : undefined;
      return name === undefined ? part : readFileSync(files[name], 'utf8');
    });
    const result = probelang[row.call](...given);
    const actual = Array.isArray(row.part)
      ? Object.fromEntries(row.part.map((name) => [name, result[name]]))
      : row.part === undefined ? result : result[row.part];
    const wanted = row.member === undefined ? expected : expected[row.member];
    assert.notEqual(wanted, undefined);
    assert.deepEqual(bare(actual, row.without), bare(wanted, row.without));
  });
}

/** Without some members, at any depth. */
function bare(value, names = []) {
  if (Array.isArray(value)) return value.map((part) => bare(part, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([name]) => !names.includes(name)).map(([name, part]) => [name, bare(part, names)]),
  );
}

test('every function is compared, or this says why not', () => {
  const not = {
    init: 'loads', initSync: 'loads', compile: 'loads', status: 'is about this package',
    complete: 'only the prompt completes', hover: 'only the prompt says', tokens: 'the command prints none',
  };
  const functions = Object.keys(probelang).filter((name) => /^[a-z]/.test(name) && !(name in not));
  assert.deepEqual(functions.filter((name) => !rows.some((row) => row.call === name)), []);
});
