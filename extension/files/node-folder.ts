import { open, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ByteSource, CheckpointFolder } from '../core/checkpoint/byte-source';

/** Node refuses single reads of 2 GiB and more. */
const MAX_READ = 1 << 30;

/**
 * A checkpoint on disk: its folder, and the file in it when `place` names one. Rejects when there is nothing
 * at `place`.
 */
export async function nodeFolder(
  place: string,
): Promise<{ readonly folder: CheckpointFolder; readonly file: string | undefined }> {
  const kind = await stat(place).catch(() => {
    throw new Error(`${place}: no such file or folder`);
  });
  if (kind.isDirectory()) return { folder: folderAt(place), file: undefined };
  return { folder: folderAt(path.dirname(place)), file: path.basename(place) };
}

function folderAt(root: string): CheckpointFolder {
  return {
    name: root,
    async list() {
      const entries = await readdir(root, { withFileTypes: true });
      return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
    },
    async open(file) {
      if (file !== path.basename(file) || file === '..' || file === '.') {
        throw new Error(`${path.join(root, file)}: expected a plain file name`);
      }
      return openFile(await insideOf(root, file));
    },
  };
}

/**
 * The real path of a file, which must lie in the folder. The Hugging Face cache is let through: there
 * `models--x/snapshots/y/file` links to `models--x/blobs/z`.
 */
async function insideOf(root: string, file: string): Promise<string> {
  const written = path.join(root, file);
  const [realRoot, real] = await Promise.all([realpath(root), realpath(written)]).catch(() => {
    throw new Error(`${written}: no such file`);
  });
  if (path.dirname(real) === realRoot) return real;
  const blobs = path.resolve(realRoot, '..', '..', 'blobs');
  const inCache = path.basename(path.dirname(realRoot)) === 'snapshots' && path.dirname(real) === blobs;
  if (inCache) return real;
  throw new Error(`${written}: links to ${real}, outside the checkpoint's folder; copy the file into the folder`);
}

/** Opens a file for ranged reads; the handle stays open until `close`. */
export async function openFile(file: string): Promise<ByteSource> {
  const handle = await open(file, 'r');
  const { size } = await handle.stat();
  return {
    name: file,
    size,
    async read(offset, length, signal) {
      if (offset < 0 || length < 0 || offset + length > size) {
        throw new RangeError(`${file}: bytes ${offset} to ${offset + length} lie outside the file of ${size} bytes`);
      }
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length;) {
        signal?.throwIfAborted();
        const { bytesRead } = await handle.read(bytes, done, Math.min(MAX_READ, length - done), offset + done);
        if (bytesRead === 0) throw new Error(`${file}: ended at byte ${offset + done} while it was read`);
        done += bytesRead;
      }
      return bytes;
    },
    close: () => handle.close(),
  };
}
