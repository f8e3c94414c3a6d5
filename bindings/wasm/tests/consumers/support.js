// Projects in a temporary folder that have installed the package as it is published.

import { execFile, spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export const PACKAGE = here('../../package/');

/** The versions that the tests use. */
const { devDependencies } = JSON.parse(await readFile(here('../package.json'), 'utf8'));

export async function folder() {
  const path = await mkdtemp(join(tmpdir(), 'probelang-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Runs a program in a folder; what it wrote is part of the error if it fails. */
export async function command(cwd, program, ...args) {
  try {
    return (await run(program, args, { cwd, maxBuffer: 1 << 24 })).stdout;
  } catch (error) {
    throw new Error(`${program} ${args.join(' ')}\n${error.stdout}\n${error.stderr}`);
  }
}

/** Packs the package; gives the path of the tarball and the names of its files. */
export async function pack(into) {
  const [{ filename, files }] = JSON.parse(await command(PACKAGE, 'npm', 'pack', '--json', '--pack-destination', into));
  return { tarball: join(into, filename), files: files.map((file) => file.path) };
}

/** A project with the tarball, and the packages that `others` names. */
export async function project(path, tarball, others = [], more = {}) {
  const versions = Object.fromEntries(others.map((name) => [name, devDependencies[name]]));
  const manifest = { name: 'consumer', private: true, ...more, dependencies: { probelang: `file:${tarball}`, ...versions } };
  await writeFile(join(path, 'package.json'), JSON.stringify(manifest));
  await command(path, 'npm', 'install', '--no-audit', '--no-fund', '--prefer-offline');
}

export async function viteProject(path, tarball) {
  await cp(here('vite'), path, { recursive: true });
  const others = ['typescript', 'vite', ...['autocomplete', 'lint', 'state', 'view'].map((name) => `@codemirror/${name}`)];
  await project(path, tarball, others, { type: 'module' });
}

/** Starts a server of Vite; gives its address. */
export async function vite(path, ...args) {
  const child = spawn(join(path, 'node_modules/.bin/vite'), [...args, '--host', '127.0.0.1', '--port', '0'], { cwd: path });
  let output = '';
  const url = await new Promise((resolve, reject) => {
    const look = (chunk) => {
      output += chunk;
      const found = /http:\/\/127\.0\.0\.1:\d+\//.exec(output.replace(/\x1b\[\d*m/g, ''));
      if (found) resolve(found[0]);
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.on('exit', () => reject(new Error(`vite ended: ${output}`)));
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  return {
    url,
    close: () => {
      child.kill();
      return ended;
    },
  };
}

/** The examples of the README: the text of each block with what it prints, by the word after the language. */
export async function examples() {
  const readme = await readFile(join(PACKAGE, 'README.md'), 'utf8');
  const blocks = [...readme.matchAll(/^```(js|html)(?: (\w+))?\n(.*?)^```$/gms)];
  return blocks.map(([, language, kind, text]) => ({
    kind: kind ?? language,
    text,
    prints: [...text.matchAll(/console\.log\(.*\/\/ (.*)$/gm)].map((found) => found[1]),
  }));
}
