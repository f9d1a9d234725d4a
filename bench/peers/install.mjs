// Installs a program the benches compare with into .cache/bench/peers, pinned, without running its scripts.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

/** Folder of the installed package. */
export async function installPeer(cache, name, version) {
  const folder = path.join(cache, 'peers');
  const installed = path.join(folder, 'node_modules', name);
  const manifest = path.join(installed, 'package.json');
  if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === version) return installed;
  mkdirSync(folder, { recursive: true });
  const own = path.join(folder, 'package.json');
  if (!existsSync(own)) writeFileSync(own, '{ "private": true }\n');
  const args = ['install', '--save-exact', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${version}`];
  await promisify(execFile)('npm', args, { cwd: folder, shell: process.platform === 'win32' });
  return installed;
}
