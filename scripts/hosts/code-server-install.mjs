import { copyFile, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exists, installOnce } from './cache.mjs';
import { installLocked, installShrinkwrapped, rebuild } from './npm.mjs';
import { node20 } from './node-runtime.mjs';

/**
 * @typedef {object} CodeServer
 * @property {import("./node-runtime.mjs").NodeRuntime} node runs it
 * @property {string} entry its main module
 */

/**
 * code-server, VS Code with a Node extension host, from npm packages alone. Its own installer
 * runs every package's scripts, some of which download from elsewhere; this does only what a
 * workbench on 127.0.0.1 needs.
 * @param {(line: string) => void} log
 * @returns {Promise<CodeServer>}
 */
export async function installCodeServer(log) {
  if (process.platform === 'win32') throw new Error('code-server does not run on Windows; use --desktop');
  const node = await node20(log);
  const list = JSON.parse(await readFile(new URL('code-server/package.json', import.meta.url), 'utf8'));
  const name = `code-server-${list.dependencies['code-server']}`;
  const folder = await installOnce(name, (empty) => fill(empty, node, log), log);
  return { node, entry: join(folder, 'node_modules/code-server/out/node/entry.js') };
}

/** Native packages worth compiling; the workbench runs without them too. */
const natives = [
  { name: '@vscode/spdlog', binary: 'spdlog.node', without: 'there are no log files' },
  { name: 'native-watchdog', binary: 'watchdog.node', without: 'an extension host can outlive a killed server' },
  { name: 'node-pty', binary: 'pty.node', without: 'there are no terminals' },
];

/**
 * @param {string} folder
 * @param {import("./node-runtime.mjs").NodeRuntime} node
 * @param {(line: string) => void} log
 */
async function fill(folder, node, log) {
  log('  code-server: packages');
  await installLocked('code-server', folder);
  const code = join(folder, 'node_modules/code-server/lib/vscode');
  await installShrinkwrapped(code);
  // Code looks for its packages under this name, which on the desktop is an archive of them.
  await symlink('node_modules', join(code, 'node_modules.asar'));
  await writePasswordStub(join(folder, 'node_modules/argon2'));
  await placeRipgrep(folder, code);
  log('  code-server: native modules (half a minute)');
  for (const native of natives) {
    if (!(await compile(code, native, node))) log(`  ${native.name} did not compile: ${native.without}`);
  }
}

/**
 * argon2 hashes the login password and would have to be compiled. There is no login here.
 * @param {string} folder
 */
async function writePasswordStub(folder) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'argon2', version: '0.0.0', main: 'index.js' }));
  await writeFile(
    join(folder, 'index.js'),
    'exports.hash = exports.verify = async () => { throw new Error("passwords are not supported here"); };\n',
  );
}

/**
 * Quick open and findFiles search with ripgrep. The release that this VS Code names downloads
 * its binary; a later one carries it in packages by platform.
 * @param {string} folder
 * @param {string} code
 */
async function placeRipgrep(folder, code) {
  const binary = join(folder, `node_modules/@vscode/ripgrep-${process.platform}-${process.arch}/bin/rg`);
  if (!(await exists(binary))) throw new Error(`no ripgrep for ${process.platform}-${process.arch} in ${binary}`);
  const bin = join(code, 'node_modules/@vscode/ripgrep/bin');
  await mkdir(bin, { recursive: true });
  await copyFile(binary, join(bin, 'rg'));
}

/**
 * Compiles a native package. What counts is the binary: some packages' closing scripts fail for
 * want of parts that only other platforms have.
 * @param {string} code
 * @param {{ name: string, binary: string }} native
 * @param {import("./node-runtime.mjs").NodeRuntime} node
 * @returns {Promise<boolean>} whether it is there
 */
async function compile(code, { name, binary }, node) {
  await rebuild(code, name, node).catch(() => undefined);
  return exists(join(code, 'node_modules', name, 'build/Release', binary));
}
