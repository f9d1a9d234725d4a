import { lstat, open, readdir, realpath, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { formatBytes } from '../core/byte-size';
import { isInside } from './node-folder';

/** Written last into every output; with its `kind` it says that a folder is a finished output of ours. */
export const MANIFEST = 'downcast.json';
const MANIFEST_KIND = /"kind"\s*:\s*"downcast-checkpoint"/;

/** Rejects when the output is, holds or lies in a checkpoint that is read, wherever links lead. */
export async function refuseInputs(final: string, inputs: readonly string[]): Promise<void> {
  const output = await realPlace(final);
  for (const input of inputs) {
    const real = await realpath(input);
    const single = (await stat(real)).isFile() && /\.(safetensors|gguf)$/.test(real);
    // A single weight file may have the output beside it; an index stands for its whole folder.
    const source = single || (await stat(real)).isDirectory() ? real : path.dirname(real);
    const named = path.join(await realpath(path.dirname(input)), path.basename(input));
    if (isInside(output, source) || isInside(source, output) || isInside(named, output)) {
      throw new Error(
        `${final}: the output must not be, hold or lie in the checkpoint that is read (${input}); choose another folder`,
      );
    }
  }
}

/** The real path of something that may not exist yet: that of its nearest ancestor that does, and the rest. */
async function realPlace(place: string): Promise<string> {
  try {
    return await realpath(place);
  } catch {
    const parent = path.dirname(place);
    return parent === place ? place : path.join(await realPlace(parent), path.basename(place));
  }
}

/**
 * Rejects unless `final` is free: nothing there, an empty folder, or (with `replace`) an earlier output of ours
 * with nothing in it that we would not have written.
 */
export async function requireFree(final: string, replace: boolean): Promise<void> {
  const found = await lstat(final).catch(() => undefined);
  if (!found) return;
  if (!found.isDirectory()) {
    const what = found.isSymbolicLink() ? 'is a link' : 'is a file';
    throw new Error(`${final}: ${what}, expected a folder or nothing; choose another name`);
  }
  const entries = await readdir(final, { withFileTypes: true });
  if (entries.length === 0) return;
  if (!(await isEarlierOutput(final))) {
    throw new Error(`${final}: exists and is no finished output of Downcast (${MANIFEST}); choose another folder`);
  }
  if (!replace) throw new Error(`${final}: exists; choose another folder, or ask to replace it (--replace)`);
  const folder = entries.find((entry) => entry.isDirectory());
  if (folder) {
    throw new Error(
      `${final}: holds the folder ${folder.name}, which Downcast did not write; move it away before the output is replaced`,
    );
  }
}

/** Whether a folder holds the manifest of a finished output. */
export async function isEarlierOutput(folder: string): Promise<boolean> {
  const handle = await open(path.join(folder, MANIFEST), 'r').catch(() => undefined);
  if (!handle) return false;
  try {
    // The kind stands first; the whole file may have many megabytes.
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0);
    return MANIFEST_KIND.test(buffer.toString('utf8', 0, bytesRead));
  } finally {
    await handle.close();
  }
}

/** Rejects when the disk that holds `folder` has less than `bytes` free. */
export async function requireSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize, blocks } = await statfs(folder);
  // Some virtual file systems count nothing at all.
  if (blocks === 0 || bavail * bsize >= bytes) return;
  throw new Error(
    `${folder}: the output needs ${formatBytes(bytes)}, ${formatBytes(bavail * bsize)} are free; make room or choose another disk`,
  );
}
