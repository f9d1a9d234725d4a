import type { OutputFile } from '../files/output-folder';

/** Writes under way at once: enough that the disk never waits, few enough that memory stays small. */
const AT_ONCE = 3;

/** Writes of a file that go on while the next bytes are made. */
export interface WriteBehind {
  /** Resolves as soon as another write may follow; rejects when an earlier one failed. */
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** Resolves when all is written. */
  settle(): Promise<void>;
}

export function writeBehind(file: OutputFile): WriteBehind {
  const underWay: Promise<void>[] = [];
  return {
    async write(offset, bytes) {
      const written = file.write(offset, bytes);
      // A rejection is told by the write after it or by `settle`; until then it must not count as unhandled.
      written.catch(() => undefined);
      underWay.push(written);
      if (underWay.length >= AT_ONCE) await underWay.shift();
    },
    async settle() {
      await Promise.all(underWay.splice(0));
    },
  };
}
