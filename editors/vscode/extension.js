// Starts `probelang lsp`, which does all the work.
'use strict';

const { spawn } = require('node:child_process');
const vscode = require('vscode');
const { LanguageClient } = require('vscode-languageclient/node');

const LANGUAGES = ['probelang', 'probelang-template', 'json', 'jsonc'];

let client;

/** Why the command cannot be started; nothing if it can, and knows the language server. */
function reason(path) {
  return new Promise((resolve) => {
    const child = spawn(path, ['lsp', '--help'], { stdio: 'ignore' });
    child.on('error', (error) => {
      const missing = error.code === 'ENOENT' ? 'there is no such program' : error.message;
      resolve(`probelang cannot start '${path}': ${missing}. Install the command, or set probelang.path.`);
    });
    child.on('exit', (code) => {
      resolve(code === 0 ? undefined : `'${path}' has no language server: it is older than this extension.`);
    });
  });
}

async function start() {
  const settings = vscode.workspace.getConfiguration('probelang');
  const command = settings.get('path') || 'probelang';
  const problem = await reason(command);
  if (problem) {
    const open = 'Open settings';
    // not waited for: the message stays until somebody reads it
    vscode.window.showErrorMessage(problem, open).then((chosen) => {
      if (chosen === open) vscode.commands.executeCommand('workbench.action.openSettings', 'probelang.path');
    });
    return;
  }
  const server = { command, args: ['lsp', ...(settings.get('arguments') ?? [])] };
  const documentSelector = LANGUAGES.flatMap((language) =>
    ['file', 'untitled'].map((scheme) => ({ language, scheme })),
  );
  client = new LanguageClient('probelang', 'probelang', server, { documentSelector });
  await client.start();
}

async function stop() {
  const running = client;
  client = undefined;
  await running?.stop();
}

// one after the other: a restart must not overtake the start before it
let last = Promise.resolve();
function restart() {
  last = last.then(stop).then(start, start);
  return last;
}

async function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand('probelang.restart', restart),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('probelang.path') || change.affectsConfiguration('probelang.arguments')) restart();
    }),
  );
  await restart();
}

module.exports = { activate, deactivate: stop };
