// The cases of the corpus over the package in Chromium.

import '../guard.js';

import { test } from 'node:test';

import { everyCase } from '../corpus.js';
import { launch, open, serve } from './support.js';

test('every case gives what it gives natively', async (context) => {
  const server = await serve();
  const browser = await launch();
  try {
    const { page } = await open(browser, `${server.origin}/tests/browser/pages/plain.html`);
    await page.waitForFunction(() => document.title === 'ready');
    await page.evaluate(async () => {
      await engine.init();
      Object.assign(window, await import('/tests/conformance.js'));
    });
    await everyCase(
      (lines) => page.evaluate((all) => all.map((line) => perform(line, engine)), lines),
      (line) => context.diagnostic(line),
    );
  } finally {
    await browser.close();
    await server.close();
  }
});
