import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020';
import { expect } from 'vitest';

/** The repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

const command = path.join(root, 'dist/cli/downcast.js');

/** Stands in for the user's own cache folder, while the tests of a file run. */
export const CACHE_HOME = mkdtempSync(path.join(tmpdir(), 'downcast-caches-'));
process.once('exit', () => rmSync(CACHE_HOME, { recursive: true, force: true }));

/** Runs the built command as a user does. */
export function downcast(...args: string[]): { code: number | null; out: string; err: string } {
  if (!existsSync(command)) throw new Error('dist/cli/downcast.js is missing: npm run build');
  const done = spawnSync(process.execPath, [command, ...args], {
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    env: { ...process.env, XDG_CACHE_HOME: CACHE_HOME },
  });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

/** A command that gets a signal as soon as `under way` says so. */
export async function interrupted(
  signal: NodeJS.Signals,
  underWay: () => boolean,
  ...args: string[]
): Promise<{ code: number | null; err: string }> {
  const child = spawn(process.execPath, [command, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, XDG_CACHE_HOME: CACHE_HOME },
  });
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const watch = setInterval(() => {
    if (!underWay()) return;
    clearInterval(watch);
    child.kill(signal);
  }, 20);
  const code = await ended;
  clearInterval(watch);
  return { code, err };
}

/** Parsed `--json` output, checked against its schema. */
export function json(schema: string, out: string): unknown {
  const validate = new Ajv2020({ strict: false }).compile(
    JSON.parse(readFileSync(path.join(root, 'schemas', `${schema}.schema.json`), 'utf8')) as object,
  );
  const printed: unknown = JSON.parse(out);
  validate(printed);
  expect(validate.errors).toBeNull();
  return printed;
}
