const PAGE = 65536;

/** Scratch memory of a kernel instance: laid out anew for each tile, grown when a tile needs more. */
export interface CastMemory {
  /**
   * Addresses of buffers of so many bytes each, 16-byte aligned, on top of `base`. They hold until the next call.
   * Throws when the machine or wasm's 4 GiB do not allow it.
   */
  layOut(sizes: readonly number[]): readonly number[];
  bytes(address: number, length: number): Uint8Array<ArrayBuffer>;
  view(address: number, length: number): DataView<ArrayBuffer>;
}

export function castMemory(memory: WebAssembly.Memory, base: number): CastMemory {
  const buffer = (): ArrayBuffer => memory.buffer;
  return {
    layOut(sizes) {
      let end = base;
      const addresses = sizes.map((size) => {
        const at = Math.ceil(end / 16) * 16;
        end = at + size;
        return at;
      });
      const missing = Math.ceil((end - buffer().byteLength) / PAGE);
      if (missing > 0) grow(memory, missing, end);
      return addresses;
    },
    bytes: (address, length) => new Uint8Array(buffer(), address, length),
    view: (address, length) => new DataView(buffer(), address, length),
  };
}

function grow(memory: WebAssembly.Memory, pages: number, end: number): void {
  try {
    memory.grow(pages);
  } catch {
    const megabytes = Math.ceil(end / 1e6);
    throw new Error(`casting this run of rows takes ${megabytes} MB of memory, more than there is`);
  }
}
