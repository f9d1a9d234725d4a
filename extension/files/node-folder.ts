import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { CheckpointFolder } from '../core/checkpoint/byte-source';
import { fileNameProblem } from '../core/checkpoint/shard-name';
import { openNodeFile, reason } from './node-file';

/** A checkpoint's folder, and the file in it when the place named one. */
export interface NodePlace {
  readonly folder: CheckpointFolder;
  readonly file: string | undefined;
}

/** A checkpoint on disk, by its folder or one of its files. Rejects when there is nothing at `place`. */
export async function nodeFolder(place: string): Promise<NodePlace> {
  const found = await stat(place).catch((error: unknown) => {
    throw new Error(`${place}: expected a checkpoint's folder or file there: ${reason(error)}`);
  });
  if (found.isDirectory()) return { folder: folderAt(place), file: undefined };
  return { folder: folderAt(path.dirname(place)), file: path.basename(place) };
}

function folderAt(root: string): CheckpointFolder {
  return {
    name: root,
    async list() {
      const entries = await readdir(root, { withFileTypes: true });
      const files = await Promise.all(
        entries.map(async (entry) => {
          const isFile = entry.isSymbolicLink() ? await leadsToFile(path.join(root, entry.name)) : entry.isFile();
          return isFile ? [entry.name] : [];
        }),
      );
      // What could not be opened or written by that name on another system is no part of a checkpoint.
      return files
        .flat()
        .filter((name) => fileNameProblem(name) === undefined)
        .sort();
    },
    async open(file) {
      const problem = fileNameProblem(file);
      if (problem !== undefined) {
        throw new Error(`${path.join(root, file)}: expected a plain file name, but ${problem}`);
      }
      return openNodeFile(await realFile(root, file));
    },
  };
}

async function leadsToFile(link: string): Promise<boolean> {
  // A link that leads nowhere is listed, so that opening it says so.
  return stat(link).then(
    (found) => found.isFile(),
    () => true,
  );
}

/**
 * Where the file really lies. That must be its folder, so that a checkpoint out of a stranger's repository can't
 * point at the user's other files; only the Hugging Face cache's links are followed further.
 */
async function realFile(root: string, file: string): Promise<string> {
  const named = path.join(root, file);
  const real = await realpath(named).catch((error: unknown) => {
    throw new Error(`${named}: can't be opened: ${reason(error)}`);
  });
  const found = await stat(real);
  if (!found.isFile()) throw new Error(`${named}: expected a file`);
  const realRoot = await realpath(root);
  if (isInside(real, realRoot) || (await isBlob(real, realRoot))) return real;
  throw new Error(
    `${named}: links to ${real}, which is outside the checkpoint's folder; copy the file into the folder, or open the folder it lies in`,
  );
}

/** The cache keeps `models--org--name/snapshots/<commit>/file` as a link to `models--org--name/blobs/<digest>`. */
async function isBlob(real: string, realRoot: string): Promise<boolean> {
  const parts = realRoot.split(path.sep);
  const at = parts.lastIndexOf('snapshots');
  if (at < 1 || at === parts.length - 1) return false;
  const blobs = path.join(parts.slice(0, at).join(path.sep) || path.sep, 'blobs');
  return realpath(blobs).then(
    (folder) => path.dirname(real) === folder,
    () => false,
  );
}

/** Whether `inner` is `outer` or lies in it; both real paths. */
export function isInside(inner: string, outer: string): boolean {
  const relative = path.relative(outer, inner);
  return relative === '' || !(relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative));
}
