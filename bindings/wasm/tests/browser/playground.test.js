// The playground, built as its README says, with the Content Security Policy that is part of it.

import '../guard.js';

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import * as engine from '../../package/node.js';
import { command } from '../consumers/support.js';
import { count } from './counting.js';
import { eventually, launch, open, serve } from './support.js';

const PLAYGROUND = fileURLToPath(new URL('../../playground/', import.meta.url));

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

const SECRET = 'hunter2';

const WIDE = { width: 1440, height: 900 };

const ADDRESS = '/some/folder/index.html';

/** Long enough for a busy machine: no test fails because of time. */
const PATIENCE = 120_000;

let browser;
let server;
let built;
let opened;

before(async () => {
  built = await mkdtemp(join(tmpdir(), 'probelang-playground-'));
  await engine.init();
  await command(PLAYGROUND, 'npm', 'ci', '--no-audit', '--no-fund', '--prefer-offline');
  await command(PLAYGROUND, 'node_modules/.bin/tsc');
  await command(PLAYGROUND, 'node_modules/.bin/vite', 'build', '--outDir', built, '--emptyOutDir');
  // Not at the root of the host: it works from any path.
  server = await serve({ folders: { '/some/folder/': `${built}/` } });
  browser = await launch();
  opened = await open(browser, server.origin + ADDRESS, { viewport: WIDE, timeout: PATIENCE });
  await opened.page.waitForFunction(() => document.documentElement.dataset.engine === 'ready');
});

after(async () => {
  await opened?.close();
  await browser?.close();
  await server?.close();
  await rm(built, { recursive: true, force: true });
});

/** Runs `use` in the page as it opens, which must not complain, nor ask another origin. */
async function inPage(use, { viewport = WIDE, colorScheme = 'light' } = {}) {
  const { page, complaints } = opened;
  const open = page.locator('dialog[open]');
  if (await open.count() > 0) await open.evaluate((dialog) => dialog.close());
  await page.setViewportSize(WIDE);
  await page.emulateMedia({ colorScheme });
  await page.getByRole('button', { name: 'Reset' }).click();
  await answers(page, 'Does not fire');
  await page.setViewportSize(viewport);
  await use(page);
  assert.deepEqual(complaints.splice(0), []);
  assert.deepEqual(opened.foreign(), []);
}

/** Waits until the answer begins so, of these data. */
const answers = (page, title) => page.waitForFunction(
  (wanted) => document.querySelector('.verdict strong')?.textContent === wanted
    && document.querySelector('.verdict')?.dataset.busy === 'false', title);

const detail = (page) => page.locator('.verdict .detail').textContent();

const editor = (page) => page.locator('.pane-expression .cm-content');

async function write(page, text) {
  await editor(page).click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(text);
}

/** The text of an editor; it is drawn as it is short. */
const written = (page, pane = '.pane-expression') => page.evaluate((where) =>
  [...document.querySelectorAll(`${where} .cm-line`)].map((line) => line.textContent).join('\n'), pane);

async function data(page, value) {
  await page.locator('.pane-data .cm-content').click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(typeof value === 'string' ? value : JSON.stringify(value));
}

/** Drops a file on the data. */
const drop = (page, text) => page.evaluate((content) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([content], 'data.json', { type: 'application/json' }));
  document.querySelector('.pane-data .cm-content').dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
}, text);

const kind = (page, name) => page.locator(`#kind-${name}`).click();

const tab = (page, name) => page.locator(`#tab-${name}`).click();

const samples = (page) => page.getByRole('button', { name: /^Samples/ }).click();

const closed = (page) => page.waitForFunction(() => !document.querySelector('dialog[open]'));

/** Leaves the dialog that opens. What is in it may be there before it is open, and Escape would then do nothing. */
async function leave(page) {
  await page.locator('dialog[open]').waitFor();
  await page.keyboard.press('Escape');
  await closed(page);
}

async function sample(page, id) {
  await samples(page);
  await page.locator(`.sample[data-id="${id}"]`).click();
  await closed(page);
}

test('a stranger sees why the first sample does not fire, and one click mends it', () =>
  inPage(async (page) => {
    await answers(page, 'Does not fire');
    await eventually(async () => assert.match(await detail(page), /^because any\(order\.items, .* is false: none of its 3 elements match/));
    await page.locator('.pane-expression .cm-lintRange-warning').first().waitFor();
    await page.locator('.problem .fix').click();
    await answers(page, 'Fires');
    await eventually(async () => assert.match(await written(page), /@it\.name == "tea" \|\| @it\.name == "samovar"/));
    await page.waitForFunction(() => !document.querySelector('.cm-lintRange-warning'));
  }));

test('the fix is next to the answer too', () =>
  inPage(async (page) => {
    await page.locator('.verdict .fix').click();
    await answers(page, 'Fires');
    await eventually(async () => assert.equal(await page.locator('.verdict .fix').count(), 0));
  }));

test('a problem says where it is, and goes there', () =>
  inPage(async (page) => {
    await write(page, 'order.total > 100\n  and limit > 1');
    await page.locator('.problem .position', { hasText: /^2:3$/ }).waitFor();
    // the list of completions covers the problem
    await page.keyboard.press('Escape');
    await page.locator('.problem .link-text').click();
    await page.waitForFunction(() => document.activeElement.closest('.pane-expression') !== null);
    await page.keyboard.press('Control+.');
    await answers(page, 'Fires');
    await eventually(async () => assert.equal(await written(page), 'order.total > 100\n  && limit > 1'));
  }));

test('what is typed is answered', () =>
  inPage(async (page) => {
    await kind(page, 'value');
    await editor(page).click();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('len(order.items) ');
    await page.waitForFunction(() => document.querySelector('.verdict .result')?.textContent === '3');
    await page.locator('.bar-value', { hasText: /^3$/ }).first().waitFor();
    await eventually(async () => assert.equal(await page.locator('.pane-expression .cm-probelang-function').first().textContent(), 'len'));
  }));

test('a mistake is underlined, its fix in the list mends it, and its code is explained', () =>
  inPage(async (page) => {
    await write(page, 'order.total > 100 and order.status == "paid"');
    await page.locator('.pane-expression .cm-lintRange-error').first().waitFor();
    await answers(page, 'Does not fire');
    await page.locator('.problem .code').click();
    await page.locator('dialog[open]', { hasText: 'PL0214' }).waitFor();
    await leave(page);
    await page.locator('.problem .fix').click();
    await answers(page, 'Fires');
    await eventually(async () => assert.equal(await written(page), 'order.total > 100 && order.status == "paid"'));
  }));

test('names are completed from the data', () =>
  inPage(async (page) => {
    await write(page, '');
    await page.keyboard.type('order.cust');
    await page.locator('.cm-tooltip-autocomplete li', { hasText: 'customer' }).waitFor();
  }));

test('every kind of expression has its answer', () =>
  inPage(async (page) => {
    for (const [name, source, title, text] of [
      ['condition', 'limit == 100', 'Fires', /true/],
      ['template', 'Order {order.id}', 'Message', /^Order 48213$/],
      ['metric', 'order.total', 'Sends', /^342\.5$/],
      ['value', 'order.items[0].name', 'Value', /^"tea"$/],
    ]) {
      await kind(page, name);
      await write(page, source);
      await answers(page, title);
      await page.waitForFunction(([wanted]) => new RegExp(wanted).test(document.querySelector('.verdict .detail')?.textContent ?? ''), [text.source]);
    }
    await write(page, 'nobody.name');
    await answers(page, 'Fails');
    await write(page, '   ');
    await answers(page, 'Nothing to evaluate');
  }));

test('a secret is nowhere in the page but in the data', () =>
  inPage(async (page) => {
    for (const [mode, source] of [
      ['value', 'order'], ['template', '{order.customer} {order.customer.password}'],
      ['condition', `order.customer.password == "x" || any(order.items, {@it.name == order.customer.password})`],
    ]) {
      await kind(page, mode);
      await write(page, source);
      for (const name of ['why', 'code', 'dialects', 'cost', 'capture', 'replay']) {
        await tab(page, name);
        await page.waitForTimeout(350);
        const shown = await page.evaluate(() => {
          const copy = document.documentElement.cloneNode(true);
          copy.querySelector('.pane-data').remove();
          return copy.outerHTML;
        });
        assert.ok(!shown.includes(SECRET), `${mode} ${name}`);
      }
    }
    await eventually(async () => assert.ok((await written(page, '.pane-data')).includes(SECRET)));
  }));

test('what is redacted says by which rule', () =>
  inPage(async (page) => {
    await sample(page, 'secret');
    await answers(page, 'Message');
    await eventually(async () => assert.match(await detail(page), /password \{redacted\}/));
    const bar = page.locator('.bar-value[data-tone="hidden"]');
    await bar.click();
    await page.locator('.detail-card', { hasText: 'PL1101' }).waitFor();
    await page.locator('.bar-value', { hasText: '{name: "Ada"' }).click();
    await page.locator('.hidden-parts li', { hasText: 'redacted by its name' }).waitFor();
  }));

test('every sample is answered', () =>
  inPage(async (page) => {
    await samples(page);
    const all = await page.locator('.sample').evaluateAll((entries) => entries.map((entry) => entry.dataset.id));
    await leave(page);
    assert.ok(all.length >= 12, String(all));
    for (const id of all) {
      await sample(page, id);
      await page.waitForFunction(() => {
        const { mood, busy } = document.querySelector('.verdict').dataset;
        return busy === 'false' && ['true', 'false', 'fault', 'value'].includes(mood);
      });
      await eventually(async () => assert.equal(await page.locator('.problem[data-severity="error"]').count(), 0, id));
      await eventually(async () => assert.equal(await page.locator('.facts.wrong').count(), 0, id));
    }
  }));

test('a click pins a part in the text, the tree, the JSON and the code', () =>
  inPage(async (page) => {
    await write(page, 'order.total > 100 && len(order.items) == 3');
    await answers(page, 'Fires');
    await page.locator('.bar-value[title="len(order.items) → 3"]').click();
    await page.locator('.pane-expression .cm-place', { hasText: 'len(order.items)' }).first().waitFor();
    await tab(page, 'code');
    const chosen = (column) => page.locator(`ol[aria-label="${column}"] li[data-chosen="true"]`);
    // the three come one after the other
    for (const column of ['Tree', 'Wire JSON', 'Bytecode']) await chosen(column).first().waitFor();
    await eventually(async () => assert.match(await chosen('Tree').first().textContent(), /^len\(order\.items\)/));
    assert.match((await chosen('Wire JSON').allTextContents()).join(''), /"len"|getmember/);
    assert.match((await chosen('Bytecode').allTextContents()).join('\n'), /len/);
  }));

test('the cursor in the expression moves through the tree, the JSON and the code', () =>
  inPage(async (page) => {
    await write(page, 'order.total > 100 && len(order.items) == 3');
    await tab(page, 'code');
    await page.locator('ol[aria-label="Bytecode"] li').first().waitFor();
    // the list of completions covers the text that a click would go to
    await editor(page).focus();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Home');
    const tree = page.locator('ol[aria-label="Tree"] li[data-chosen="true"]');
    await page.waitForFunction(() => /^order/.test(document.querySelector('ol[aria-label="Tree"] li[data-chosen="true"]')?.textContent ?? ''));
    await page.keyboard.press('Control+End');
    await page.waitForFunction(() => /^3/.test(document.querySelector('ol[aria-label="Tree"] li[data-chosen="true"]')?.textContent ?? ''));
    await eventually(async () => assert.equal(await tree.count(), 1));
    await eventually(async () => assert.ok((await page.locator('ol[aria-label="Wire JSON"] li[data-chosen="true"]').count()) >= 1));
  }));

test('a loop is gone through element by element', () =>
  inPage(async (page) => {
    await write(page, 'any(order.items, {@it.price > 1000})');
    await answers(page, 'Does not fire');
    const price = (text) => page.locator('.bar-value[title^="@it.price "]', { hasText: text }).waitFor();
    await price('4.5');
    await page.locator('.detail-card').getByText('element 1 of 3').waitFor();
    await page.getByLabel('Next element').click();
    await price('320');
    await page.getByLabel('Next element').click();
    await price('24');
    await page.locator('.detail-card').getByText('element 3 of 3').waitFor();
    assert.ok(await page.getByLabel('Next element').isDisabled());
    await answers(page, 'Does not fire');
  }));

test('runtimes that answer otherwise name the rule and link to it', () =>
  inPage(async (page) => {
    await sample(page, 'runtimes');
    await tab(page, 'dialects');
    const dotnet = page.locator('.runtime', { hasText: '.NET' });
    await dotnet.locator('.rule').waitFor();
    await eventually(async () => assert.equal(await page.locator('.runtime').count(), 8));
    assert.equal(await dotnet.getAttribute('data-differs'), 'true');
    const address = new URL(await dotnet.locator('.rule a').getAttribute('href'), page.url());
    const linked = await page.request.get(address.href);
    assert.equal(linked.status(), 200);
    assert.ok((await linked.text()).includes(`id="${address.hash.slice(1)}"`));
    await dotnet.getByRole('button', { name: 'Use' }).click();
    await answers(page, 'Fires');
  }));

test('a budget that is too small stops the run, and says so', () =>
  inPage(async (page) => {
    await answers(page, 'Does not fire');
    await tab(page, 'cost');
    const slider = page.locator('#slider-steps');
    await slider.focus();
    await page.keyboard.press('Home');
    await answers(page, 'Stopped');
    await page.locator('.note-box', { hasText: 'Stopped' }).waitFor();
    await page.getByRole('button', { name: 'Default' }).first().click();
    await answers(page, 'Does not fire');
  }));

test('a capture follows the limits and the redaction', () =>
  inPage(async (page) => {
    await tab(page, 'capture');
    const audit = (name) => page.getByRole('region', { name, exact: true });
    await audit('Hidden').getByText('order["customer"]["password"]').waitFor();
    await page.locator('#slider-depth').focus();
    await page.keyboard.press('Home');
    await audit('Cut').getByText('order', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Default' }).first().click();
    await page.getByLabel('Hide also').fill('sku, city');
    await page.keyboard.press('Tab');
    await audit('Hidden').getByText('order["customer"]["address"]["city"]').waitFor();
    assert.ok(!(await page.locator('.captured').textContent()).includes('Oslo'));
  }));

test('the switch hides texts in every tab, and a link keeps it', () =>
  inPage(async (page) => {
    await tab(page, 'capture');
    const texts = page.getByLabel('Texts', { exact: true });
    assert.equal(await texts.inputValue(), 'off');
    await page.locator('#redaction-about', { hasText: 'texts are shown' }).waitFor();
    await page.locator('.captured', { hasText: 'Oslo' }).waitFor();
    await texts.selectOption('strict');
    await page.locator('#redaction-about', { hasText: 'every text' }).waitFor();
    await page.waitForFunction(() => !document.querySelector('.captured').textContent.includes('Oslo'));
    await page.getByRole('button', { name: 'Share' }).click();
    await page.waitForFunction(() => document.querySelector('.address').value.includes('#p='));
    const address = await page.locator('.address').inputValue();
    await leave(page);
    await page.getByRole('button', { name: 'Reset' }).click();
    await tab(page, 'capture');
    assert.equal(await texts.inputValue(), 'off');
    await follow(page, new URL(address).hash);
    await page.waitForFunction(() => !document.querySelector('.captured').textContent.includes('Oslo'));
    assert.equal(await texts.inputValue(), 'strict');
  }));

test('a replay shows what became of each hit, as the report counts it', () =>
  inPage(async (page) => {
    await sample(page, 'replay');
    await page.locator('.lane').nth(2).waitFor();
    const lanes = await page.locator('.lane').evaluateAll((all) => all.map((lane) => ({
      id: lane.querySelector('code').textContent,
      causes: [...lane.querySelectorAll('.hit')].map((hit) => hit.dataset.cause),
    })));
    const rows = await page.locator('.report tbody tr').evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent)));
    assert.deepEqual(lanes.map(({ id }) => id), rows.map(([id]) => id));
    for (const [at, { causes }] of lanes.entries()) {
      assert.equal(causes.length, 40);
      const number = (cause) => causes.filter((one) => one === cause).length;
      assert.deepEqual(rows[at].slice(1, 6).map(Number),
        [40, number('emitted'), number('not_matched'), number('failed'), number('rate_limited')]);
    }
    const [gold, large] = lanes;
    assert.ok(large.causes.includes('rate_limited') && large.causes.includes('not_matched') && gold.causes.includes('failed'));
    await page.locator('.lane').first().locator('[data-cause="failed"]').first().click();
    await page.locator('.looked', { hasText: 'failed' }).waitFor();
    const hit = Number(await page.locator('#hit').inputValue());
    assert.equal(gold.causes[hit - 1], 'failed');
  }));

test('many documents are gone through one by one, and a frame is chosen', () =>
  inPage(async (page) => {
    await kind(page, 'value');
    await write(page, 'n');
    await data(page, '{"n": 1}\n{"n": 22}\n{"n": 333}');
    await page.waitForFunction(() => document.querySelector('.verdict .result')?.textContent === '1');
    await page.getByLabel('Next hit').click();
    await page.waitForFunction(() => document.querySelector('.verdict .result')?.textContent === '22');
    await page.locator('#hit').fill('3');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector('.verdict .result')?.textContent === '333');
    await sample(page, 'throw');
    await page.locator('.pane-data select').selectOption('entry');
    await kind(page, 'value');
    await write(page, 'this.Number');
    await page.waitForFunction(() => document.querySelector('.verdict .result')?.textContent === '0');
  }));

test('a file is dropped, and data that cannot be read say where', () =>
  inPage(async (page) => {
    await kind(page, 'value');
    await write(page, 'a.b');
    await drop(page, '{"a": {"b": 7}}');
    await page.waitForFunction(() => document.querySelector('.verdict .result')?.textContent === '7');
    await drop(page, '{"a": {"b": 7}');
    await page.locator('.facts.wrong', { hasText: 'line 1' }).waitFor();
    await data(page, '');
    await page.locator('.facts', { hasText: 'No data' }).waitFor();
  }));

/** Opens what a link says. */
const follow = (page, hash) => page.evaluate((to) => { location.hash = to; }, hash);

test('a link carries the work, and says what it was made with', () =>
  inPage(async (page) => {
    await sample(page, 'throw');
    await write(page, 'toSet > 1 && "ü😀" != "x"');
    await page.getByLabel('Runtime', { exact: true }).selectOption('dotnet');
    await answers(page, 'Fires');
    await page.getByRole('button', { name: 'Share' }).click();
    await page.locator('.warning', { hasText: 'can read what is in it' }).waitFor();
    await page.waitForFunction(() => document.querySelector('.address').value.includes('#p='));
    const address = await page.locator('.address').inputValue();
    assert.ok(address.startsWith(server.origin + ADDRESS));
    await page.locator('dialog input[type="checkbox"]').uncheck();
    await page.waitForFunction((before) => document.querySelector('.address').value.length < before / 2, address.length);
    const without = await page.locator('.address').inputValue();
    await page.locator('dialog input[type="checkbox"]').check();
    await leave(page);
    await page.getByRole('button', { name: 'Reset' }).click();
    await answers(page, 'Does not fire');

    await follow(page, new URL(address).hash);
    await answers(page, 'Fires');
    await eventually(async () => assert.equal(await written(page), 'toSet > 1 && "ü😀" != "x"'));
    assert.equal(await page.getByLabel('Runtime', { exact: true }).inputValue(), 'dotnet');
    assert.equal(await page.locator('.pane-data select').inputValue(), 'return');
    await page.locator('.notice', { hasText: `made with engine ${engine.status().version}` }).waitFor();

    await follow(page, new URL(without).hash);
    await page.locator('.notice', { hasText: 'no data' }).waitFor();
    await eventually(async () => assert.equal(await written(page), 'toSet > 1 && "ü😀" != "x"'));
    await page.locator('.facts', { hasText: 'No data' }).waitFor();
  }));

test('a damaged link is reported, and changes nothing', () =>
  inPage(async (page) => {
    await follow(page, '#p=AAAAbroken');
    await page.locator('.notice', { hasText: 'damaged' }).waitFor();
    await answers(page, 'Does not fire');
  }));

test('the work is there again when the page is opened again, and reset forgets it', () =>
  inPage(async (page) => {
    await write(page, 'limit == 100 && retries == 2');
    await answers(page, 'Fires');
    await page.waitForFunction(() => (localStorage.getItem('probelang.work') ?? '').includes('retries == 2'));
    await page.waitForFunction(() => (localStorage.getItem('probelang.history') ?? '').includes('retries == 2'));
    await page.reload();
    await answers(page, 'Fires');
    await eventually(async () => assert.equal(await written(page), 'limit == 100 && retries == 2'));
    await page.getByRole('button', { name: 'Reset' }).click();
    await answers(page, 'Does not fire');
    await page.getByRole('button', { name: 'History' }).click();
    await page.locator('.entry', { hasText: 'retries == 2' }).click();
    await answers(page, 'Fires');
  }));

test('the probe file that is downloaded can be used', () =>
  inPage(async (page) => {
    await sample(page, 'throw');
    await answers(page, 'Fires');
    for (const [name, source] of [['condition', 'toSet > 1'], ['template', 'set to {toSet}'], ['metric', 'toSet'], ['value', 'this']]) {
      await kind(page, name);
      await write(page, source);
      await page.waitForTimeout(400);
      const waiting = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Download' }).click();
      const file = await readFile(await (await waiting).path(), 'utf8');
      const checked = engine.probeCheck(file);
      assert.deepEqual([checked.ok, checked.probes.length, checked.diagnostics], [true, 1, []], file);
      assert.ok(file.includes(JSON.stringify(source).slice(1, -1)), file);
    }
  }));

test('the command says what the page shows', () =>
  inPage(async (page) => {
    await sample(page, 'shop');
    await write(page, "shape == 'it''s'");
    await page.getByRole('button', { name: 'Command' }).click();
    const command = page.locator('dialog[open] pre');
    await page.waitForFunction(() => document.querySelector('dialog[open] pre')?.textContent.includes('shape'));
    await eventually(async () => assert.equal(await command.textContent(), "probelang test 'shape == '\\''it'\\'''\\''s'\\''' -i example:shop --frame lines.92"));
    await page.locator('dialog[open] input[type="checkbox"]').check();
    await eventually(async () => assert.match(await command.textContent(), /^probelang trace .* --kind condition -i example:shop/));
  }));

test('a heavy expression does not hold up the next one', () =>
  inPage(async (page) => {
    await data(page, { a: Array.from({ length: 2000 }, (_, index) => index) });
    await tab(page, 'cost');
    await page.locator('#slider-steps').focus();
    await page.keyboard.press('End');
    await page.locator('#slider-time').focus();
    await page.keyboard.press('End');
    await write(page, 'any(a, {any(a, {any(a, {@it < 0})})})');
    await page.waitForTimeout(300);
    await write(page, 'len(a) == 2000');
    await answers(page, 'Fires');
  }));

test('samples are found by a word, and have an address', () =>
  inPage(async (page) => {
    await page.keyboard.press('Control+k');
    const search = page.getByLabel('Search the samples');
    await page.waitForFunction(() => document.activeElement.type === 'search');
    await page.keyboard.type('exception JAVA');
    await page.waitForFunction(() => document.querySelectorAll('.sample').length === 1);
    await page.keyboard.press('Enter');
    await closed(page);
    await answers(page, 'Fires');
    assert.equal(new URL(page.url()).hash, '#sample=java');
    await write(page, 'true');
    await page.waitForFunction(() => location.hash === '');

    await samples(page);
    await search.fill('no such word');
    await page.locator('.samples .empty').waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await search.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.waitForFunction(() => document.activeElement.dataset.id === 'secret');
    await page.keyboard.press('Enter');
    await closed(page);
    await answers(page, 'Message');

    await follow(page, '#sample=metric');
    await answers(page, 'Sends');
  }));

test('a report for an issue has the expression, the answer and what is wrong', () =>
  inPage(async (page) => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.origin });
    await page.keyboard.press('Control+s');
    await page.waitForFunction(() => document.querySelector('.address')?.value.includes('#p='));
    const copied = async (name) => {
      const button = await page.getByRole('button', { name, exact: true }).elementHandle();
      await button.click();
      await page.waitForFunction((one) => one.textContent === 'Copied', button);
      const text = await page.evaluate(() => navigator.clipboard.readText());
      await page.waitForFunction(([one, before]) => one.textContent === before, [button, name]);
      return text;
    };
    const link = await page.locator('.address').inputValue();
    assert.equal(await copied('Copy Markdown link'), `[probelang playground](${link})`);
    const whole = await copied('Copy as Markdown');
    assert.match(whole, /```\norder\.total > 100\n/);
    assert.match(whole, /\*\*Does not fire\*\* because `any\(.*none of its 3 elements match/);
    assert.match(whole, /- warning PL0714: always false/);
    assert.ok(whole.includes(SECRET) && whole.includes(link));

    await page.locator('dialog input[type="checkbox"]').uncheck();
    await page.waitForFunction((before) => document.querySelector('.address').value.length < before, link.length);
    assert.ok(!(await copied('Copy as Markdown')).includes(SECRET));
  }));

test('the settings are kept, and nothing else where the work is not to be', () =>
  inPage(async (page) => {
    const size = () => page.locator('.pane-expression .cm-content').evaluate((text) => getComputedStyle(text).fontSize);
    const medium = parseFloat(await size());
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('radio', { name: 'large' }).check();
    await eventually(async () => assert.ok(parseFloat(await size()) > medium));
    await page.getByRole('radio', { name: 'dark' }).check();
    await page.getByLabel(/^Keep my work/).uncheck();
    await page.getByLabel(/^Break long lines/).uncheck();
    await leave(page);
    await page.getByLabel('Width of the expression').focus();
    await page.keyboard.press('ArrowLeft');
    await write(page, 'limit == 100');
    await page.reload();
    // what was written is not there again
    await answers(page, 'Does not fire');
    await eventually(async () => assert.deepEqual(await page.evaluate(() => Object.keys(localStorage).sort()), ['probelang.settings', 'probelang.theme']));
    await eventually(async () => assert.ok(parseFloat(await size()) > medium));
    await eventually(async () => assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark'));
    await eventually(async () => assert.equal(await page.locator('.pane-data .cm-lineWrapping').count(), 0));
    const width = (wanted) => eventually(async () =>
      assert.equal(await page.getByLabel('Width of the expression').getAttribute('aria-valuenow'), wanted));
    await width('54');
    await page.getByLabel('Width of the expression').dblclick();
    await width('56');
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('radio', { name: 'medium' }).check();
    await page.getByRole('radio', { name: 'system' }).check();
    await page.getByLabel(/^Keep my work/).check();
    await page.getByLabel(/^Break long lines/).check();
  }));

test('the keys do what their list says', () =>
  inPage(async (page) => {
    await page.locator('#tab-why').focus();
    await page.keyboard.press('?');
    await page.locator('dialog[open] kbd', { hasText: 'F8' }).waitFor();
    await leave(page);
    await write(page, 'limit==100');
    await page.keyboard.press('Shift+Alt+F');
    await page.waitForFunction(() => document.querySelector('.pane-expression .cm-line').textContent === 'limit == 100');
    // a question mark in a text is one
    await page.keyboard.press('End');
    await page.keyboard.type('?');
    await eventually(async () => assert.equal(await written(page), 'limit == 100?'));
    await page.keyboard.press('Control+Enter');
    await page.waitForFunction(() => document.activeElement.id === 'tab-why');
  }));

test('on a narrow screen the answer follows the expression, and the data unfold', () =>
  inPage(async (page) => {
    const top = (selector) => page.locator(selector).evaluate((element) => element.getBoundingClientRect().top);
    assert.ok(await top('.verdict') < 640, 'the answer is on the first screen');
    assert.ok(!(await page.locator('.pane-data .cm-editor').isVisible()));
    await page.getByRole('button', { name: 'Show' }).click();
    await page.locator('.pane-data .cm-editor').waitFor();
    await page.getByRole('button', { name: 'Hide' }).click();
    // data that cannot be read are never hidden
    await page.getByRole('button', { name: 'Show' }).click();
    await data(page, '{');
    await page.locator('.facts.wrong').waitFor();
    assert.ok(await page.getByRole('button', { name: 'Hide' }).isDisabled());
    await page.getByRole('button', { name: 'More' }).click();
    await page.locator('dialog[open] .entry', { hasText: 'Reset' }).click();
    await answers(page, 'Does not fire');
  }, { viewport: { width: 390, height: 844 } }));

test('everything can be reached with the keyboard', () =>
  inPage(async (page) => {
    const reached = new Set();
    await page.locator('.skip').focus();
    for (let key = 0; key < 60; key += 1) {
      await page.keyboard.press('Tab');
      reached.add(await page.evaluate(() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent.trim().slice(0, 30)));
    }
    for (const name of ['Samples ▾', 'Share', 'Settings', 'Keys', 'Condition', 'Expression', 'Data', 'Why', 'Width of the expression']) {
      assert.ok(reached.has(name), `${name} is not among ${[...reached].join(', ')}`);
    }
    await page.locator('#tab-why').focus();
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(() => document.activeElement.id === 'tab-code' && document.activeElement.getAttribute('aria-selected') === 'true');
    await page.locator('#kind-condition').focus();
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(() => document.activeElement.id === 'kind-template');
  }));

/** What axe finds wrong. */
async function violations(page) {
  await page.evaluate(await readFile(AXE, 'utf8'));
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join(' | ')}`);
}

for (const [name, options] of [
  ['light', {}], ['dark', { colorScheme: 'dark' }], ['narrow', { viewport: { width: 360, height: 740 } }],
]) {
  test(`axe finds nothing wrong: ${name}`, () =>
    inPage(async (page) => {
      for (const [id, pane] of [['silent', 'why'], ['secret', 'code'], ['runtimes', 'dialects'], ['silent', 'cost'], ['shop', 'capture'], ['replay', 'replay']]) {
        await sample(page, id);
        await tab(page, pane);
        await page.waitForTimeout(500);
        assert.deepEqual(await violations(page), [], `${id} ${pane}`);
        const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wider <= 0, `${pane} is ${wider} pixels wider than the screen`);
      }
      await sample(page, 'silent');
      await write(page, 'order.total > 100 and x');
      await page.locator('.problem[data-severity="error"]').waitFor();
      assert.deepEqual(await violations(page), [], 'an error');
      await page.getByRole('button', { name: 'Share' }).click();
      await page.locator('dialog[open]').waitFor();
      assert.deepEqual(await violations(page), [], 'sharing');
    }, options));
}

test('the page is painted before the engine is there, and nothing jumps', async (t) => {
  await inPage(async (page) => {
    await page.reload();
    await answers(page, 'Does not fire');
    const { paint, shift } = await page.evaluate(() => new Promise((resolve) => {
      let sum = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
      }).observe({ type: 'layout-shift', buffered: true });
      const first = performance.getEntriesByName('first-contentful-paint')[0];
      setTimeout(() => resolve({ paint: first?.startTime ?? 0, shift: sum }), 300);
    }));
    t.diagnostic(`first paint after ${Math.round(paint)} ms, layout shift ${shift.toFixed(3)}`);
    assert.ok(shift < 0.1, `layout shift ${shift}`);
  });
});

test('a key asks little of the page, and moves nothing', async (t) => {
  const context = await browser.newContext({ viewport: WIDE });
  try {
    await context.addInitScript(count);
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    await page.goto(server.origin + ADDRESS);
    await answers(page, 'Does not fire');
    const items = Array.from({ length: 10_000 }, (_, at) => ({ id: at, name: `item ${at}`, price: (at * 7) % 90, tags: ['a', 'b'] }));
    await drop(page, JSON.stringify({ items, limit: 30 }, null, 1));
    await kind(page, 'value');
    await write(page, '');
    await page.waitForFunction(() => document.querySelector('.facts .names')?.textContent.includes('items'));
    await page.keyboard.type('len(items)');
    await page.waitForFunction(() => document.querySelector('.verdict .result')?.textContent === '10000');

    await write(page, '');
    const text = 'len(filter(items, {@it.price > limit && contains(@it.name, "7")})) / ';
    await page.evaluate((parts) => counted.watch(parts), ['.top', '.pane-expression', '.pane-expression .problems', '.pane-data', '.verdict', '.tabs-row', '.panel']);
    // processor time of the page's thread: other work on the machine does not count
    const session = await context.newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const busy = async () => {
      const { metrics } = await session.send('Performance.getMetrics');
      return ['ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration'].map((wanted) => metrics.find(({ name }) => name === wanted).value * 1000);
    };
    const before = await busy();
    await page.keyboard.type(text, { delay: 60 });
    await page.waitForTimeout(500);
    const [script, layout, style] = (await busy()).map((now, at) => ((now - before[at]) / text.length).toFixed(1));
    const { calls, questions, frames, perSecond, late, longest, long, places } = await page.evaluate(() => counted.end());
    t.diagnostic(`${text.length} keys over 10,000 elements: for each ${script} ms of scripts, ${layout} ms of layout and ${style} ms of style; ${perSecond.toFixed(1)} frames a second, ${late} of ${frames} late, `
      + `the longest ${longest.toFixed(0)} ms; ${long.length} tasks over 50 ms, the longest ${Math.round(Math.max(0, ...long))} ms; `
      + `for each key ${(calls / text.length).toFixed(1)} calls on the page and ${(questions / text.length).toFixed(1)} questions`);
    // the tokens, and nothing else
    assert.ok(calls >= text.length && calls <= 2 * text.length, `${calls} calls on the thread of the page`);
    assert.ok(questions >= 1 && questions <= 12 * text.length, `${questions} questions to the worker`);
    for (const [part, all] of Object.entries(places)) assert.equal(all.length, 1, `${part} moved: ${all.join(', ')}`);
  } finally {
    await context.close();
  }
});

test('an engine that cannot be loaded is reported, and the text can be edited', async () => {
  const broken = await serve({ folders: { '/': `${built}/` } });
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    await page.route('**/*.wasm', (route) => route.fulfill({ status: 404, body: '' }));
    await page.goto(`${broken.origin}/index.html`);
    await page.waitForFunction(() => document.documentElement.dataset.engine === 'failed');
    await page.locator('.verdict', { hasText: 'The engine could not be loaded' }).waitFor();
    await write(page, 'a');
    await eventually(async () => assert.equal(await written(page), 'a'));
  } finally {
    await context.close();
    await broken.close();
  }
});
