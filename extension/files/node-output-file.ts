import { open, rename, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { fileNameProblem } from '../core/checkpoint/shard-name';
import { reason } from './node-file';
import { syncFolder } from './node-sync';
import type { OutputFile } from './output-folder';

/** Bytes handed to the system at once; Node takes less than 2 GiB. */
const WRITE_AT_ONCE = 64 << 20;

/** After so many bytes the disk is set to work, so that it writes while others are cast and not all at the end. */
const SYNC_AFTER = 64 << 20;

export interface NodeOutputFile extends OutputFile {
  /** Closes the file and leaves it unfinished; does nothing after `finish`. */
  readonly abandon: () => Promise<void>;
}

/**
 * A file of `size` bytes that appears under its name only when it is whole and on the disk: written under a
 * temporary name, synced, renamed, and the folder synced. After a failure every further call rejects.
 */
export async function createNodeFile(folder: string, file: string, size: number): Promise<NodeOutputFile> {
  const problem = fileNameProblem(file);
  if (problem !== undefined) throw new Error(`${path.join(folder, file)}: can't be written: ${problem}`);
  const place = path.join(folder, file);
  const temporary = path.join(folder, `.${file}.writing`);
  const handle = await open(temporary, 'wx').catch((error: unknown) => {
    throw new Error(`${place}: can't be created: ${reason(error)}`);
  });
  let written = 0;
  let failure: Error | undefined;
  let unsynced = 0;
  let syncing: Promise<void> | undefined;
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= handle.close());
  const giveUp = (error: unknown): Error => {
    return (failure ??= new Error(`${place}: can't be written: ${reason(error)}; the file is given up`));
  };
  const guarded = async (work: () => Promise<void>): Promise<void> => {
    if (failure) throw failure;
    try {
      await work();
    } catch (error) {
      throw giveUp(error);
    }
  };
  /** One at a time and not waited for; what fails is told by the next call. */
  const syncAside = (): void => {
    if (syncing || unsynced < SYNC_AFTER) return;
    unsynced = 0;
    syncing = handle
      .datasync()
      .catch(giveUp)
      .then(() => (syncing = undefined));
  };
  return {
    write: (offset, bytes) =>
      guarded(async () => {
        if (!(offset >= 0 && offset + bytes.length <= size)) {
          throw new RangeError(`bytes ${offset} to ${offset + bytes.length} lie outside its ${size}`);
        }
        await writeAll(handle, offset, bytes);
        written += bytes.length;
        unsynced += bytes.length;
        syncAside();
      }),
    finish: () =>
      guarded(async () => {
        await syncing;
        if (failure) throw failure;
        const { size: onDisk } = await handle.stat();
        if (written !== size || onDisk !== size) throw new Error(`${written} of ${size} bytes were written`);
        await handle.sync();
        await close();
        await rename(temporary, place);
        await syncFolder(folder);
      }).finally(close),
    abandon: close,
  };
}

/** A write may take fewer bytes than it is given; only a loop writes all. */
async function writeAll(handle: FileHandle, offset: number, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const length = Math.min(WRITE_AT_ONCE, bytes.length - done);
    const { bytesWritten } = await handle.write(bytes, done, length, offset + done);
    if (bytesWritten === 0) throw new Error('the disk takes no more bytes');
    done += bytesWritten;
  }
}
