// Installs the locked dependencies when they are missing or older than the lockfile. No imports but Node's own.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const marker = path.join(root, 'node_modules', '.downcast-lockfile');

const NODE_NEEDED = [20, 19];

export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > NODE_NEEDED[0] || (major === NODE_NEEDED[0] && minor >= NODE_NEEDED[1])) return;
  console.error(`Downcast needs Node ${NODE_NEEDED.join('.')} or newer; this is Node ${process.versions.node}.`);
  process.exit(2);
}

function installedLockfile() {
  try {
    return readFileSync(marker, 'utf8');
  } catch {
    return undefined;
  }
}

export function ensureInstalled() {
  requireNode();
  const lockfile = createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex');
  if (installedLockfile() === lockfile) return;
  console.log('Installing dependencies (npm ci) ...');
  // npm tells its own path when it runs a script; a plain `node scripts/...` falls back to the one on PATH.
  const npm = process.env.npm_execpath;
  const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const done = spawnSync(command, [...first, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32' && command === 'npm',
  });
  if (done.status !== 0) {
    console.error('npm ci failed; the lines above say why.');
    process.exit(done.status ?? 1);
  }
  mkdirSync(path.dirname(marker), { recursive: true });
  writeFileSync(marker, lockfile);
}
