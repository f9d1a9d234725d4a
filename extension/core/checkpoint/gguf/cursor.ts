import type { ByteSource } from '../byte-source';
import { CheckpointError } from '../checkpoint-error';

/** Bytes asked for at a time. */
const CHUNK = 1 << 20;

/** Reads a file from its start to wherever the header ends, holding one chunk of it at a time. */
export interface Cursor {
  readonly source: ByteSource;
  /** Offset in the file of the byte that is read next. */
  position(): number;
  /** Bytes from there to the end of the file. */
  left(): number;
  /**
   * Makes the next `length` bytes readable. Rejects with CheckpointError, before anything is allocated, when the file
   * does not hold them; `what` says what they were to be.
   */
  need(length: number, what: string): Promise<void>;
  /** Whether the next `length` bytes can be taken without `need`. */
  has(length: number): boolean;
  /** Takes bytes that `need` has made readable: a view that is good until the next `need`. */
  take(length: number): DataView<ArrayBuffer>;
  /** Passes over bytes, which are not read. Throws as `need` rejects. */
  skip(length: number, what: string): void;
}

export function openCursor(source: ByteSource, signal: AbortSignal | undefined): Cursor {
  let position = 0;
  let chunk = new Uint8Array(0);
  let chunkStart = 0;
  const left = (): number => source.size - position;
  const require = (length: number, what: string): void => {
    if (length <= left()) return;
    throw new CheckpointError(
      'header-past-end',
      `${source.name}: ${what} takes ${length} bytes from ${position} on, the file has ${left()} left; the file is damaged or cut short, fetch it again`,
    );
  };
  const has = (length: number): boolean => position + length <= chunkStart + chunk.length;
  return {
    source,
    position: () => position,
    left,
    has,
    async need(length, what) {
      require(length, what);
      if (has(length)) return;
      chunk = await source.read(position, Math.min(Math.max(length, CHUNK), left()), signal);
      chunkStart = position;
    },
    take(length) {
      const view = new DataView(chunk.buffer, position - chunkStart, length);
      position += length;
      return view;
    },
    skip(length, what) {
      require(length, what);
      position += length;
    },
  };
}
