// The example page, built as its README says, under a strict Content Security Policy.

import '../guard.js';

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { command } from '../consumers/support.js';
import { eventually, launch, open, serve } from './support.js';

const EXAMPLE = fileURLToPath(new URL('../../examples/codemirror/', import.meta.url));

const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:";

let browser;
let server;
let built;

before(async () => {
  built = await mkdtemp(join(tmpdir(), 'probelang-example-'));
  await command(EXAMPLE, 'npm', 'ci', '--no-audit', '--no-fund', '--prefer-offline');
  await command(EXAMPLE, 'node_modules/.bin/tsc');
  await command(EXAMPLE, 'node_modules/.bin/vite', 'build', '--outDir', built, '--emptyOutDir');
  server = await serve({ folders: { '/': `${built}/` }, headers: { 'content-security-policy': POLICY } });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.close();
  await rm(built, { recursive: true, force: true });
});

/** Runs `use` in the example page, which must not complain, nor ask another origin. */
async function inExample(use, options) {
  const opened = await open(browser, `${server.origin}/index.html`, options);
  const { page } = opened;
  try {
    await result(page, 'true');
    await use(page);
    assert.deepEqual(opened.complaints, []);
    assert.deepEqual(opened.foreign(), []);
  } finally {
    await opened.close();
  }
}

/** Waits for a result. */
const result = (page, text) =>
  page.waitForFunction((wanted) => document.querySelector('#result').textContent === wanted, text);

async function write(page, text) {
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+A');
  await page.keyboard.type(text);
  await page.keyboard.press('Escape');
}

/** The text of the editor, without what is shown next to it. */
const source = (page) => page.evaluate(() => {
  const copy = document.querySelector('.cm-content').cloneNode(true);
  copy.querySelectorAll('.cm-probelang-value').forEach((value) => value.remove());
  return [...copy.querySelectorAll('.cm-line')].map((line) => line.textContent).join('\n');
});

test('what is typed is highlighted and evaluated', () =>
  inExample(async (page) => {
    await write(page, 'len(cart.items) == 3');
    await result(page, 'false');
    for (const [name, text] of [['function', 'len'], ['name', 'cart'], ['member', 'items'], ['operator', '=='], ['number', '3']]) {
      await eventually(async () => assert.equal(await page.locator(`.cm-content .cm-probelang-${name}`).first().textContent(), text));
    }
  }));

test('a mistake is underlined, and a click on its fix mends it', () =>
  inExample(async (page) => {
    await write(page, 'user.name == "😀" and true');
    await page.locator('.cm-lintRange-error').first().hover();
    await page.locator('.cm-tooltip-lint .cm-diagnosticAction').first().click();
    await result(page, 'false');
    await eventually(async () => assert.equal(await source(page), 'user.name == "😀" && true'));
    await page.waitForFunction(() => !document.querySelector('.cm-lintRange-error'));
  }));

test('a fix is a key away, and can be undone', () =>
  inExample(async (page) => {
    await write(page, 'limit > 1 and limit < 3');
    await page.locator('.cm-lintRange-error').first().waitFor();
    await page.keyboard.press('F8');
    await page.keyboard.press('Control+.');
    await result(page, 'false');
    await eventually(async () => assert.equal(await source(page), 'limit > 1 && limit < 3'));
    await page.keyboard.press('Control+Z');
    await eventually(async () => assert.equal(await source(page), 'limit > 1 and limit < 3'));
  }));

test('a diagnostic explains its code', () =>
  inExample(async (page) => {
    await write(page, 'limit > 1 and limit < 3');
    await page.locator('.cm-lintRange-error').first().hover();
    await page.locator('.cm-diagnosticAction', { hasText: 'Explain' }).click();
    await page.locator('.cm-probelang-explain', { hasText: 'PL0214' }).waitFor();
    await page.locator('.cm-content').click();
    await page.keyboard.press('Escape');
    await eventually(async () => assert.equal(await page.locator('.cm-probelang-explain').count(), 0));
  }));

test('members of the data are offered and inserted', () =>
  inExample(async (page) => {
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('"😀" == user.na');
    const options = page.locator('.cm-tooltip-autocomplete li');
    await options.first().waitFor();
    await eventually(async () => assert.match(await options.first().textContent(), /^name/));
    // A list takes keys only after a moment, so that it does not take one that was meant for the text.
    await page.waitForTimeout(200);
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector('#result').textContent === 'false');
    await eventually(async () => assert.equal(await source(page), '"😀" == user.name'));
  }));

test('the list goes on while a word is typed, and opens by a key', () =>
  inExample(async (page) => {
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Control+Space');
    const options = page.locator('.cm-tooltip-autocomplete li');
    await options.first().waitFor();
    const all = await options.count();
    await page.keyboard.type('car');
    await page.waitForFunction((before) => {
      const now = document.querySelectorAll('.cm-tooltip-autocomplete li').length;
      return now > 0 && now < before;
    }, all);
    await eventually(async () => assert.match(await options.first().textContent(), /^cart/));
  }));

test('a hover shows what a name is, and goes when the text changes', () =>
  inExample(async (page) => {
    await write(page, 'len(cart.items) == 2');
    await result(page, 'true');
    await page.locator('.cm-probelang-function').first().hover();
    await page.locator('.cm-probelang-hover', { hasText: 'integer' }).waitFor();
    await page.keyboard.type(' ');
    await page.waitForFunction(() => !document.querySelector('.cm-probelang-hover'));
  }));

test('values are shown next to the parts, a secret is not', () =>
  inExample(async (page) => {
    await write(page, 'user.age == 36 && user != null');
    await result(page, 'true');
    await page.locator('.cm-probelang-value', { hasText: /^36$/ }).waitFor();
    await page.locator('.cm-probelang-value', { hasText: 'password: redact' }).first().waitFor();
    const shown = await page.evaluate(() => {
      document.querySelector('#data').remove();
      return document.body.textContent;
    });
    assert.ok(!shown.includes('not shown'));
  }));

test('what was not reached is paler', () =>
  inExample(async (page) => {
    await write(page, 'limit < 1 && user.age > 1');
    await result(page, 'false');
    await eventually(async () => assert.equal(await page.locator('.cm-probelang-skipped').first().textContent(), 'user.age > 1'));
  }));

test('other data gives other names and another result', () =>
  inExample(async (page) => {
    await page.locator('#data').fill('{"order": {"paid": false}}');
    await page.waitForFunction(() => document.querySelector('#names').textContent === 'json: order');
    await write(page, 'order.paid');
    await result(page, 'false');
    await page.locator('#data').fill('{"order": ');
    await page.waitForFunction(() => document.querySelector('#names').classList.contains('fault'));
  }));

test('the kind and the runtime are those that are chosen', () =>
  inExample(async (page) => {
    await write(page, 'Hello {user.name}');
    await page.locator('.cm-lintRange-error').first().waitFor();
    await page.locator('#kind').selectOption('template');
    await result(page, 'Hello Ada');
    await page.waitForFunction(() => !document.querySelector('.cm-lintRange-error'));
    await eventually(async () => assert.equal(await page.locator('.cm-probelang-text').first().textContent(), 'Hello '));
  }));

test('tooltips are dark where the system is', () =>
  inExample(async (page) => {
    await write(page, 'limit > 1 and true');
    await page.locator('.cm-lintRange-error').first().hover();
    const [ground, text] = await page.locator('.cm-tooltip').first().evaluate((tooltip) => {
      const light = (color) => color.match(/\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0);
      const style = getComputedStyle(tooltip);
      return [light(style.backgroundColor), light(style.color)];
    });
    assert.ok(ground < 250 && text > 500, `${ground} ${text}`);
  }, { colorScheme: 'dark' }));

test('a long run does not hold up the next key', () =>
  inExample(async (page) => {
    const many = JSON.stringify({ a: Array.from({ length: 3000 }, (_, index) => index) });
    await page.locator('#data').fill(many);
    await page.waitForFunction(() => document.querySelector('#names').textContent === 'json: a');
    await write(page, 'any(a, {any(a, {any(a, {@it < 0})})})');
    await write(page, 'len(a) == 3000');
    await result(page, 'true');
  }));
