// The package as it is published, in projects that do what its README says.

import '../guard.js';

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { launch, open, serve } from '../browser/support.js';
import { resultsAsTypeScript } from './results.js';
import { command, examples, folder, pack, project, vite, viteProject } from './support.js';

let home;
let packed;
let readme;
let browser;

before(async () => {
  home = await folder();
  packed = await pack(home.path);
  readme = await examples();
  for (const name of ['plain', 'vite']) await mkdir(join(home.path, name));
  await project(at('plain'), packed.tarball);
  await viteProject(at('vite'), packed.tarball);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await home?.remove();
});

const at = (...parts) => join(home.path, ...parts);

/** Runs a script of Node in the empty project. */
async function node(name, text) {
  await writeFile(at('plain', name), text);
  return command(at('plain'), process.execPath, name);
}

/** Opens a page until its title is set; it must not complain, nor ask another origin. */
async function title(url) {
  const opened = await open(browser, url);
  try {
    await opened.page.waitForFunction(() => document.title !== '');
    assert.deepEqual(opened.complaints, []);
    assert.deepEqual(opened.foreign(), []);
    return await opened.page.title();
  } finally {
    await opened.close();
  }
}

const RESULTS = '[true,true,true,true,true,true]';

test('the package has its parts and no others', () => {
  const expected = ['package.json', 'README.md', 'index.d.ts', 'web.js', 'node.js', 'worker.d.ts', 'codemirror.d.ts', 'check.d.ts'];
  assert.deepEqual(expected.filter((file) => !packed.files.includes(file)), []);
  assert.deepEqual(packed.files.filter((file) => !/\.(js|d\.ts|wasm|json|md)$|^LICENSE$|^NOTICE$/.test(file)), []);
});

test('an empty Node project imports every entry', async () => {
  const output = await node('import.mjs', `
    import * as engine from 'probelang';
    import * as smaller from 'probelang/check';
    import { createClient } from 'probelang/worker';
    await engine.init();
    await smaller.init();
    using_(await createClient().evaluate('a > 1', { a: 2 }));
    function using_(answer) {
      console.log(engine.evaluate('a > 1', { a: 2 }).value, smaller.check('a').ok, answer.value);
    }
    console.log(import.meta.resolve('probelang/probelang.wasm').endsWith('.wasm'));
  `);
  assert.equal(output, 'true true true\ntrue\n');
});

test('an empty Node project requires every entry', async () => {
  const output = await node('require.cjs', `
    const engine = require('probelang');
    const smaller = require('probelang/check');
    const { createClient } = require('probelang/worker');
    engine.initSync();
    smaller.initSync();
    createClient().evaluate('a > 1', { a: 2 }).then((answer) => {
      console.log(engine.evaluate('a > 1', { a: 2 }).value, smaller.check('a').ok, answer.value);
    });
  `);
  assert.equal(output, 'true true true\n');
});

test('the examples of the README print what they say, in Node', async () => {
  const found = readme.filter(({ kind }) => kind === 'node' || kind === 'require');
  assert.ok(found.length > 0);
  for (const [index, { kind, text, prints }] of found.entries()) {
    const output = await node(`example-${index}.${kind === 'node' ? 'mjs' : 'cjs'}`, text);
    assert.deepEqual(output.trimEnd().split('\n'), prints, text);
  }
});

test('the example of a page without a bundler prints what it says', async () => {
  const [{ text, prints }] = readme.filter(({ kind }) => kind === 'html');
  await writeFile(at('plain', 'index.html'), `<!doctype html><link rel="icon" href="data:,">${text}`);
  const server = await serve({ folders: { '/': at('plain') } });
  try {
    assert.deepEqual(await printed(`${server.origin}/index.html`, prints.length), prints);
  } finally {
    await server.close();
  }
});

test('strict TypeScript compiles the fresh Vite project, and what the functions give', async () => {
  await writeFile(at('vite', 'src', 'results.ts'), await resultsAsTypeScript());
  const tsc = at('vite', 'node_modules/.bin/tsc');
  await command(at('vite'), tsc, '-p', '.');
  await command(at('vite'), tsc, '-p', '.', '--module', 'nodenext', '--moduleResolution', 'nodenext');
});

test('the fresh Vite project works when it is built', async () => {
  await command(at('vite'), at('vite', 'node_modules/.bin/vite'), 'build');
  const server = await vite(at('vite'), 'preview');
  try {
    assert.equal(await title(server.url), RESULTS);
  } finally {
    await server.close();
  }
});

test('the fresh Vite project works while it is developed', async () => {
  const server = await vite(at('vite'));
  try {
    assert.equal(await title(server.url), RESULTS);
  } finally {
    await server.close();
  }
});

test('the examples of the README print what they say, in a page that Vite serves', async () => {
  const found = readme.filter(({ kind }) => kind === 'browser');
  assert.ok(found.length > 0);
  for (const [index, { text }] of found.entries()) {
    await writeFile(at('vite', `example-${index}.js`), text);
    await writeFile(
      at('vite', `example-${index}.html`),
      `<!doctype html><link rel="icon" href="data:,"><body><script type="module" src="/example-${index}.js"></script></body>`,
    );
  }
  const server = await vite(at('vite'));
  try {
    for (const [index, { prints, text }] of found.entries()) {
      assert.deepEqual(await printed(`${server.url}example-${index}.html`, prints.length, text), prints, text);
    }
  } finally {
    await server.close();
  }
});

/** What a page prints; a page that prints nothing has an editor. */
async function printed(url, count) {
  const context = await browser.newContext();
  const lines = [];
  const complaints = [];
  context.on('weberror', (error) => complaints.push(String(error.error())));
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'log') lines.push(message.text());
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  try {
    await page.goto(url);
    if (count === 0) await page.waitForSelector('.cm-editor .cm-probelang-name');
    while (lines.length < count && complaints.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.deepEqual(complaints, []);
    return lines;
  } finally {
    await context.close();
  }
}
