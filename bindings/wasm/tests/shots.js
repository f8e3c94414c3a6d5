// Writes screenshots of the playground to a folder, as WebP: `npm run shots -- [FOLDER [NAME…]]`; by default all, to
// `../playground/shots`.
// `../playground/serve --build` builds what is shown. Those in `docs/images` are some of them.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { launch, open, serve } from './browser/support.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const WIDE = { width: 1440, height: 900 };
const MIDDLE = { width: 1024, height: 900 };
const NARROW = { width: 390, height: 844 };

const pin = (title) => async (page) => page.locator(`.bar-value[title^="${title}"]`).first().click();

const press = (name) => (page) => page.getByRole('button', { name, exact: typeof name === 'string' }).click();

const write = (text) => async (page) => {
  await page.locator('.pane-expression .cm-content').click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(text);
};

const SHOTS = [
  { name: 'why', sample: 'silent' },
  { name: 'why-dark', sample: 'secret', dark: true, then: pin('order.customer →') },
  { name: 'why-middle', sample: 'silent', viewport: MIDDLE },
  { name: 'why-narrow', sample: 'silent', viewport: NARROW, whole: true },
  { name: 'why-narrow-dark', sample: 'shop', viewport: NARROW, whole: true, dark: true },
  { name: 'error', sample: 'silent', then: write('order.total > 100 and order.status = "paid"') },
  { name: 'code', sample: 'silent', tab: 'code', then: async (page) => {
    await page.locator('ol[aria-label="Bytecode"] li', { hasText: 'any' }).click();
  } },
  { name: 'dialects', sample: 'runtimes', tab: 'dialects' },
  { name: 'dialects-dark-middle', sample: 'runtimes', tab: 'dialects', dark: true, viewport: MIDDLE },
  { name: 'cost', sample: 'silent', tab: 'cost' },
  { name: 'capture', sample: 'shop', tab: 'capture' },
  { name: 'capture-narrow', sample: 'shop', tab: 'capture', viewport: NARROW, whole: true },
  { name: 'replay', sample: 'replay', then: async (page) => {
    await page.locator('[data-cause="failed"]').first().click();
  } },
  { name: 'replay-dark', sample: 'replay', dark: true },
  { name: 'replay-narrow', sample: 'replay', viewport: NARROW, whole: true },
  { name: 'share', sample: 'silent', then: press('Share') },
  { name: 'samples', sample: 'silent', then: press(/^Samples/) },
  { name: 'samples-narrow-dark', sample: 'silent', viewport: NARROW, dark: true, then: press(/^Samples/) },
  { name: 'keys', sample: 'silent', then: press('Keys') },
  { name: 'settings-dark', sample: 'silent', dark: true, then: press('Settings') },
  { name: 'more-narrow', sample: 'silent', viewport: NARROW, then: press('More') },
  { name: 'empty', sample: 'silent', then: write('') },
  { name: 'no-data', sample: 'silent', then: async (page) => {
    await page.locator('.pane-data .cm-content').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
  } },
];

const [folder = here('../playground/shots'), ...names] = process.argv.slice(2);
const wanted = SHOTS.filter(({ name }) => names.length === 0 || names.includes(name));
await mkdir(folder, { recursive: true });
const server = await serve({ folders: { '/': here('../playground/dist/') } });
const browser = await launch();
const { page, complaints } = await open(browser, `${server.origin}/index.html`, { viewport: WIDE, timeout: 120_000 });
await page.waitForFunction(() => document.documentElement.dataset.engine === 'ready');
const painter = await (await browser.newContext()).newPage();

/** A PNG as WebP: the browser converts it. */
const webp = async (png) => Buffer.from(await painter.evaluate(async (data) => {
  const image = new Image();
  image.src = `data:image/png;base64,${data}`;
  await image.decode();
  const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
  canvas.getContext('2d').drawImage(image, 0, 0);
  return canvas.toDataURL('image/webp', 0.92).split(',')[1];
}, png.toString('base64')), 'base64');

for (const { name, sample, tab = sample === 'replay' ? 'replay' : 'why', viewport = WIDE, dark = false, whole = false, then } of wanted) {
  await page.evaluate(() => document.querySelector('dialog[open]')?.close());
  await page.setViewportSize(viewport);
  await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
  await page.getByRole('button', { name: 'Samples' }).click();
  await page.locator(`.sample[data-id="${sample}"]`).click();
  await page.locator('dialog[open]').waitFor({ state: 'hidden' });
  await page.locator(`#tab-${tab}`).click();
  await page.waitForFunction(() => document.querySelector('.verdict').dataset.busy === 'false');
  await page.waitForTimeout(1_500);
  await then?.(page);
  await page.mouse.move(viewport.width - 2, 300);
  await page.waitForTimeout(800);
  await writeFile(join(folder, `${name}.webp`), await webp(await page.screenshot({ fullPage: whole })));
  console.log(join(folder, `${name}.webp`));
}
await browser.close();
await server.close();
if (complaints.length > 0) {
  console.error(complaints.join('\n'));
  process.exitCode = 1;
}
