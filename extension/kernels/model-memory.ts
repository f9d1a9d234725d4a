import { formatBytes } from '../core/byte-size';

const PAGE = 65_536;
/** What a 32-bit memory can grow to: 4 GiB. */
export const MODEL_MEMORY_LIMIT = 65_536 * PAGE;

/** A wasm memory used as a stack: room is taken at its top and given back down to a mark. */
export interface Arena {
  readonly memory: WebAssembly.Memory;
  /** 64-byte aligned, with at least 64 bytes behind it that may be read. Throws when the memory can't grow so far. */
  take(bytes: number): number;
  mark(): number;
  release(mark: number): void;
  floats(pointer: number, count: number): Float32Array<ArrayBuffer>;
}

export function createArena(memory: WebAssembly.Memory, start: number): Arena {
  let top = align(start);
  const buffer = (): ArrayBuffer => memory.buffer as ArrayBuffer;
  return {
    memory,
    take(bytes) {
      const at = top;
      const end = align(at + bytes) + 64;
      const missing = Math.ceil((end - buffer().byteLength) / PAGE);
      if (missing > 0) grow(memory, missing, end);
      top = end;
      return at;
    },
    mark: () => top,
    release: (mark) => {
      top = mark;
    },
    floats: (pointer, count) => new Float32Array(buffer(), pointer, count),
  };
}

function align(value: number): number {
  return Math.ceil(value / 64) * 64;
}

function grow(memory: WebAssembly.Memory, pages: number, end: number): void {
  try {
    memory.grow(pages);
  } catch (cause) {
    throw new Error(
      `out of memory: this model needs ${formatBytes(end)} or more in each worker and this host gives no more than ` +
        `${formatBytes(memory.buffer.byteLength)}; take fewer workers, a smaller context or a smaller model`,
      { cause },
    );
  }
}
