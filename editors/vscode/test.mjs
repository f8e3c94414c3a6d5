// The extension in an editor of straw: it starts the server that the setting names, and says so where there is none.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import Module, { createRequire } from 'node:module';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../target/', import.meta.url));
const stage = folder + 'vscode/stage/';
const require = createRequire(stage);

/** Loads the extension with an editor that has these settings, and records what it does. */
async function activated(settings) {
  const seen = { clients: [], errors: [], commands: {}, stopped: 0, changed: undefined };
  const vscode = {
    workspace: {
      getConfiguration: () => ({ get: (name) => settings[name] }),
      onDidChangeConfiguration: (listener) => (seen.changed = listener),
    },
    window: { showErrorMessage: async (message) => void seen.errors.push(message) },
    commands: { registerCommand: (name, run) => (seen.commands[name] = run) },
  };
  class LanguageClient {
    constructor(id, name, server, options) {
      seen.clients.push({ server, options });
    }
    async start() {}
    async stop() {
      seen.stopped += 1;
    }
  }
  const load = Module._load;
  Module._load = (name, ...rest) => {
    if (name === 'vscode') return vscode;
    if (name === 'vscode-languageclient/node') return { LanguageClient };
    return load(name, ...rest);
  };
  try {
    delete require.cache[require.resolve(stage + 'extension.js')];
    const extension = require(stage + 'extension.js');
    await extension.activate({ subscriptions: [] });
    return { seen, extension };
  } finally {
    Module._load = load;
  }
}

const path = folder + 'debug/probelang';

test('it starts the server that the setting names', async () => {
  const { seen, extension } = await activated({ path, arguments: ['--no-config'] });
  assert.deepEqual(seen.errors, []);
  assert.deepEqual(seen.clients[0].server, { command: path, args: ['lsp', '--no-config'] });
  const languages = new Set(seen.clients[0].options.documentSelector.map((one) => one.language));
  assert.deepEqual([...languages], ['probelang', 'probelang-template', 'json', 'jsonc']);
  await seen.commands['probelang.restart']();
  assert.deepEqual([seen.clients.length, seen.stopped], [2, 1]);
  await extension.deactivate();
  assert.equal(seen.stopped, 2);
});

test('it says what to do where the command is missing or too old', async () => {
  const missing = await activated({ path: '/no/such/probelang' });
  assert.match(missing.seen.errors[0], /cannot start '\/no\/such\/probelang': there is no such program.*probelang\.path/);
  const old = await activated({ path: process.platform === 'win32' ? 'where' : 'false' });
  assert.match(old.seen.errors[0], /older/);
  assert.deepEqual([missing.seen.clients.length, old.seen.clients.length], [0, 0]);
});

test('what it starts speaks the protocol', async () => {
  const { seen } = await activated({ path });
  const { command, args } = seen.clients[0].server;
  const server = spawn(command, args);
  let output = '';
  server.stdout.on('data', (data) => (output += data));
  for (const message of [
    { id: 1, method: 'initialize', params: { capabilities: {} } },
    { id: 2, method: 'shutdown' },
    { method: 'exit' },
  ]) {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    server.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }
  const [code] = await once(server, 'close');
  assert.equal(code, 0);
  assert.match(output, /"name":"probelang"/);
});
