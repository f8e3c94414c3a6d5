// Prints how long calls take, in Node and in Chromium. On a busy machine only processor time means something.
//
//   node speed.js            both
//   node speed.js Node       one of them: Node, Chromium

import './guard.js';

import * as engine from '../package/node.js';
import { createClient } from '../package/worker-node.js';
import { launch, open, serve } from './browser/support.js';
import { document, measure } from './speed-cases.js';

async function inChromium() {
  const server = await serve();
  const browser = await launch();
  try {
    const { page } = await open(browser, `${server.origin}/tests/browser/pages/plain.html`);
    await page.waitForFunction(() => window.document.title === 'ready');
    return await page.evaluate(async () => {
      const cases = await import('/tests/speed-cases.js');
      return cases.measure(engine, createClient);
    });
  } finally {
    await browser.close();
    await server.close();
  }
}

const columns = {
  Node: () => measure(engine, createClient, () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  }),
  Chromium: inChromium,
};
const wanted = process.argv[2] ? [process.argv[2]] : Object.keys(columns);

const median = (times) => {
  const middle = [...times].sort((a, b) => a - b)[times.length >> 1];
  return Number.isNaN(middle) ? '' : middle.toFixed(1);
};

console.log(`${document().length} bytes of JSON, 10,000 elements; milliseconds`);
for (const name of wanted) {
  console.log(`\n| ${name} | least | median | processor time, median |\n|---|---:|---:|---:|`);
  for (const { name: row, times, used } of await columns[name]()) {
    console.log(`| ${row} | ${Math.min(...times).toFixed(1)} | ${median(times)} | ${median(used)} |`);
  }
}
process.exit(0);
