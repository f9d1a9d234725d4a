import { lstat, readdir, rename, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { MANIFEST, isEarlierOutput } from './node-output-place';
import { syncFolder } from './node-sync';

/** The manifest's name while its folder is deleted: from then on nobody takes it for a whole output. */
const DELETED = '.deleted-downcast.json';

/** Where the old output waits while the new one takes its place. */
export function replacedName(final: string, id: string): string {
  return `${final}.replaced-${id}`;
}

/**
 * Deletes a replaced output. The manifest is renamed before anything goes and deleted last, so that a crash
 * half-way leaves a folder that is known as one to delete, not one to bring back.
 */
export async function deleteReplaced(folder: string): Promise<void> {
  const names = await readdir(folder);
  if (names.includes(MANIFEST)) {
    await rename(path.join(folder, MANIFEST), path.join(folder, DELETED));
    await syncFolder(folder);
  }
  for (const name of names.filter((each) => each !== MANIFEST && each !== DELETED)) {
    await rm(path.join(folder, name), { force: true });
  }
  await rm(path.join(folder, DELETED), { force: true });
  await rmdir(folder);
}

/**
 * Settles a replacement that a crash cut short: the old output goes back to its name when nothing stands there,
 * and is deleted when the new one does. Folders of that name that are not ours stay.
 */
export async function recoverReplaced(final: string): Promise<void> {
  const parent = path.dirname(final);
  const prefix = path.basename(replacedName(final, ''));
  const names = await readdir(parent).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(prefix))) {
    const old = path.join(parent, name);
    const entries = await readdir(old).catch(() => undefined);
    if (!entries) continue;
    const standing = (await lstat(final).catch(() => undefined)) !== undefined;
    if (entries.length === 0 || entries.includes(DELETED)) await deleteReplaced(old);
    else if (!(await isEarlierOutput(old))) continue;
    else if (standing) await deleteReplaced(old);
    else await rename(old, final);
    await syncFolder(parent);
  }
}
