import { mkdir, open, readdir, realpath, rename, rm, stat, statfs, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { formatBytes } from '../core/byte-size';
import { openFile } from './node-folder';
import type { OutputFile, OutputFolder } from './output-folder';

export interface NodeOutputOptions {
  /** Final folder. */
  readonly path: string;
  /** Short id of the plan: names the folder aside. */
  readonly id: string;
  readonly requiredBytes: number;
  /** Checkpoints that are read; the output must not be, hold or lie in one. */
  readonly inputs: readonly string[];
  /** Whether an earlier output of Downcast at `path` may be replaced. */
  readonly replace: boolean;
}

/** Written last into every output; its presence says that the folder is ours and finished. */
const MANIFEST = 'downcast.json';

/**
 * A folder written aside as `OUT.partial-<id>`, file by file through a temporary name with fsync, and renamed
 * to its final name by `commit`. Rejects when the place can't be used: see the messages.
 */
export async function createNodeOutput(options: NodeOutputOptions): Promise<OutputFolder> {
  const final = path.resolve(options.path);
  await refuseInputs(final, options.inputs);
  await refuseForeign(final, options.replace);
  await mkdir(path.dirname(final), { recursive: true });
  await requireSpace(path.dirname(final), options.requiredBytes);
  const aside = `${final}.partial-${options.id}`;
  await rm(aside, { recursive: true, force: true });
  await mkdir(aside);
  let committed = false;
  return {
    name: final,
    create: (file) => createFile(aside, file),
    open: (file) => openFile(path.join(committed ? final : aside, file)),
    async commit() {
      await syncFolder(aside);
      await moveIntoPlace(aside, final, `${final}.replaced-${options.id}`);
      committed = true;
    },
    async discard() {
      if (!committed) await rm(aside, { recursive: true, force: true });
    },
  };
}

async function refuseInputs(final: string, inputs: readonly string[]): Promise<void> {
  const output = await realPlace(final);
  for (const input of inputs) {
    const real = await realpath(input);
    const source = (await stat(real)).isDirectory() ? real : path.dirname(real);
    if (isInside(output, source) || isInside(source, output)) {
      throw new Error(
        `${final}: the output must not be, hold or lie in the checkpoint that is read (${source}); choose another folder`,
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

function isInside(inner: string, outer: string): boolean {
  const relative = path.relative(outer, inner);
  return relative === '' || (!relative.startsWith('..') && !path.isAbsolute(relative));
}

async function refuseForeign(final: string, replace: boolean): Promise<void> {
  const entries = await readdir(final).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new Error(`${final}: exists and is not a folder; choose another name`);
  });
  if (!entries || entries.length === 0) return;
  if (!entries.includes(MANIFEST)) {
    throw new Error(`${final}: exists and was not written by Downcast (no ${MANIFEST}); choose another folder`);
  }
  if (!replace) throw new Error(`${final}: exists; choose another folder or ask to replace it (--replace)`);
}

async function requireSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free < bytes) {
    throw new Error(
      `${folder}: the output needs ${formatBytes(bytes)}, ${formatBytes(free)} are free; make room or choose another disk`,
    );
  }
}

async function createFile(folder: string, file: string): Promise<OutputFile> {
  if (file !== path.basename(file)) throw new Error(`${file}: expected a plain file name`);
  const temporary = path.join(folder, `.${file}.writing`);
  const handle = await open(temporary, 'w');
  return {
    write: (offset, bytes) => writeFully(handle, offset, bytes),
    async finish() {
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, path.join(folder, file));
    },
  };
}

async function writeFully(handle: FileHandle, offset: number, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, offset + done);
    done += bytesWritten;
  }
}

/** A rename is durable only when the folder that holds the name is synced. Windows can't open folders; it needs no sync. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** At every moment either the old or the new folder is there under a name that says which it is. */
async function moveIntoPlace(aside: string, final: string, old: string): Promise<void> {
  const replaced = await stat(final).then(
    () => true,
    () => false,
  );
  if (replaced) {
    await rm(old, { recursive: true, force: true });
    await rename(final, old);
  }
  try {
    await rename(aside, final);
  } catch (error) {
    if (replaced) await rename(old, final);
    throw error;
  }
  await syncFolder(path.dirname(final));
  if (replaced) await rm(old, { recursive: true, force: true });
}
