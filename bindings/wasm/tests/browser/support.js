// A server on this machine, and a browser that can reach nothing else.

import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** What is served by default: the package and these tests. */
export const FOLDERS = { '/package/': here('../../package/'), '/tests/': here('../') };

/** Serves folders, each under a path; `headers` go with every file. Gives its origin. */
export async function serve({ folders = FOLDERS, headers = {} } = {}) {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://local').pathname);
    // Browsers ask for it by themselves.
    if (path === '/favicon.ico') return response.writeHead(204).end();
    const prefix = Object.keys(folders).find((one) => path.startsWith(one));
    try {
      if (prefix === undefined) throw new Error('no such folder');
      const file = normalize(path.slice(prefix.length) || 'index.html');
      if (file.startsWith('..')) throw new Error('outside of the folder');
      const body = await readFile(join(folders[prefix], file));
      response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', ...headers });
      response.end(body);
    } catch {
      response.writeHead(404, headers).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  };
}

export function launch() {
  const executablePath = process.env.CHROMIUM || execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim();
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
    ],
  });
}

/** A page, with what it asked for and what it wrote on the console. */
export async function open(browser, url, { timeout = 15_000, ...options } = {}) {
  const context = await browser.newContext(options);
  const requests = [];
  const complaints = [];
  context.on('request', (request) => requests.push(request.url()));
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  context.on('weberror', (error) => complaints.push(String(error.error())));
  const page = await context.newPage();
  page.setDefaultTimeout(timeout);
  await page.goto(url);
  return {
    page,
    complaints,
    /** Requests to another origin than that of the page. */
    foreign: () => requests.filter((one) => /^(https?|wss?):/.test(one) && new URL(one).origin !== new URL(url).origin),
    close: () => context.close(),
  };
}

/**
 * Asserts what an open page comes to show: asks again until `check` passes, and fails as it does if it never passes. The parts
 * of a page are drawn one after the other, so what one shows says nothing about the next.
 */
export async function eventually(check, { patience = 15_000 } = {}) {
  const end = Date.now() + patience;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (error.code !== 'ERR_ASSERTION' || Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
