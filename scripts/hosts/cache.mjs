import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const repositoryRoot = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Where hosts are kept between runs: `DOWNCAST_CACHE`, or `.cache` in the repository.
 * @returns {string} absolute path, not necessarily there yet
 */
export function cacheFolder() {
  const chosen = process.env.DOWNCAST_CACHE;
  return join(chosen ? resolve(chosen) : join(repositoryRoot, '.cache'), 'hosts');
}

/**
 * Installs something once into the cache. The work is done in a folder beside the final one and
 * renamed when complete, so a folder of the final name is always whole; a lock keeps two runs
 * from doing the same work, and a lock whose owner is dead is taken over.
 *
 * @param {string} name folder name inside the cache, carrying the version
 * @param {(folder: string) => Promise<void>} install fills the given empty folder
 * @param {(line: string) => void} log progress lines for the person waiting
 * @returns {Promise<string>} the complete folder
 */
export async function installOnce(name, install, log) {
  const folder = join(cacheFolder(), name);
  if (await exists(folder)) return folder;
  await mkdir(cacheFolder(), { recursive: true });
  const release = await takeLock(`${folder}.lock`, () => log(`waiting for another run to install ${name}`));
  try {
    if (await exists(folder)) return folder;
    const partial = `${folder}.partial`;
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial);
    const started = Date.now();
    log(`installing ${name} into ${cacheFolder()} (once)`);
    await install(partial);
    await rename(partial, folder);
    log(`installed ${name} in ${Math.round((Date.now() - started) / 1000)} s`);
    return folder;
  } finally {
    await release();
  }
}

/**
 * @param {string} path
 * @returns {Promise<boolean>}
 */
export async function exists(path) {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/**
 * @param {string} lock path of the lock file
 * @param {() => void} onWait called once if somebody else holds it
 * @returns {Promise<() => Promise<void>>} releases it
 */
async function takeLock(lock, onWait) {
  for (let tries = 0; ; tries++) {
    try {
      await writeFile(lock, String(process.pid), { flag: 'wx' });
      return () => rm(lock, { force: true });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    if (tries === 0) onWait();
    if (await ownerIsDead(lock)) await rm(lock, { force: true });
    else await sleep(500);
  }
}

/** @param {string} lock */
async function ownerIsDead(lock) {
  const owner = await readFile(lock, 'utf8').catch(() => '');
  if (owner === '') {
    // Made this instant and not yet written, or left empty by a crash.
    const made = await stat(lock).catch(() => undefined);
    return made !== undefined && Date.now() - made.mtimeMs > 10_000;
  }
  try {
    process.kill(Number(owner), 0);
    return false;
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
