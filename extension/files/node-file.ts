import { constants, open } from 'node:fs/promises';
import type { ByteSource } from '../core/checkpoint/byte-source';

/** Bytes asked for at once: far below Node's limit of 2 GiB, small enough that an abort is seen soon. */
const READ_AT_ONCE = 64 << 20;

/**
 * Opens a regular file for ranged reads; the handle stays open until `close`. Rejects with a message that names
 * the file when it can't be opened or is no regular file (a pipe would block for ever).
 */
export async function openNodeFile(path: string): Promise<ByteSource> {
  // Without O_NONBLOCK (Windows has none) the opening of a pipe would wait for a writer.
  const flags = constants.O_RDONLY | ((constants as { O_NONBLOCK?: number }).O_NONBLOCK ?? 0);
  const handle = await open(path, flags).catch((error: unknown) => {
    throw new Error(`${path}: can't be opened: ${reason(error)}`);
  });
  const stat = await handle.stat();
  if (!stat.isFile()) {
    await handle.close();
    throw new Error(`${path}: expected a file`);
  }
  const { size } = stat;
  let closed: Promise<void> | undefined;
  return {
    name: path,
    size,
    async read(offset, length, signal) {
      if (!(offset >= 0 && length >= 0 && offset + length <= size)) {
        throw new RangeError(`${path}: bytes ${offset} to ${offset + length} lie outside the file of ${size} bytes`);
      }
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length;) {
        signal?.throwIfAborted();
        const { bytesRead } = await handle.read(bytes, done, Math.min(READ_AT_ONCE, length - done), offset + done);
        if (bytesRead === 0) throw new Error(`${path}: became shorter than ${size} bytes while it was read`);
        done += bytesRead;
      }
      return bytes;
    },
    close: () => (closed ??= handle.close()),
  };
}

/** Node's code and nothing of its stack: `ENOENT: no such file or directory`. */
export function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split(', ')[0]!;
}
