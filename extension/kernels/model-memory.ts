import { formatBytes } from '../core/byte-size';

const PAGE = 65_536;
/** What a 32-bit memory can grow to: 4 GiB. */
export const MODEL_MEMORY_LIMIT = 65_536 * PAGE;

/** A wasm memory used as a stack: room is taken at its top and given back down to a mark. */
export interface Arena {
  /** Size of the memory. */
  readonly bytes: () => number;
  /** 64-byte aligned, with at least 64 bytes behind it that may be read. Throws when the memory can't grow so far. */
  readonly take: (bytes: number) => number;
  /** Grows the memory to `bytes` in all, so that it fails now and not later. */
  readonly reserve: (bytes: number) => void;
  readonly mark: () => number;
  readonly release: (mark: number) => void;
  readonly floats: (pointer: number, count: number) => Float32Array<ArrayBuffer>;
  readonly ints: (pointer: number, count: number) => Int32Array<ArrayBuffer>;
  readonly view: (pointer: number, bytes: number) => DataView<ArrayBuffer>;
}

export function createArena(memory: WebAssembly.Memory, start: number): Arena {
  let top = align(start);
  const buffer = (): ArrayBuffer => memory.buffer;
  const reserve = (bytes: number): void => {
    const missing = Math.ceil((bytes - buffer().byteLength) / PAGE);
    if (missing > 0) grow(memory, missing, bytes);
  };
  return {
    bytes: () => buffer().byteLength,
    take(bytes) {
      const at = top;
      const end = align(at + bytes) + 64;
      reserve(end);
      top = end;
      return at;
    },
    reserve,
    mark: () => top,
    release: (mark) => {
      top = mark;
    },
    floats: (pointer, count) => new Float32Array(buffer(), pointer, count),
    ints: (pointer, count) => new Int32Array(buffer(), pointer, count),
    view: (pointer, bytes) => new DataView(buffer(), pointer, bytes),
  };
}

/** An arena without a memory, which tells how far it would have grown: what is read from it is 0. */
export function createRehearsalArena(): Arena & { readonly most: () => number } {
  let top = 0;
  let most = 0;
  return {
    bytes: () => most,
    most: () => most,
    take(bytes) {
      const at = top;
      top = align(at + bytes) + 64;
      most = Math.max(most, top);
      return at;
    },
    reserve: () => undefined,
    mark: () => top,
    release: (mark) => {
      top = mark;
    },
    floats: (_, count) => new Float32Array(count),
    ints: (_, count) => new Int32Array(count),
    view: (_, bytes) => new DataView(new ArrayBuffer(bytes)),
  };
}

function align(value: number): number {
  return Math.ceil(value / 64) * 64;
}

/** Grows by whole pages; `end` is for the message. */
function grow(memory: WebAssembly.Memory, pages: number, end: number): void {
  try {
    memory.grow(pages);
  } catch (cause) {
    throw new Error(
      `out of memory: this model needs ${formatBytes(end)} in each worker, which this host does not give; ` +
        'take fewer workers or a smaller context, or evaluate on a machine with more memory',
      { cause },
    );
  }
}
