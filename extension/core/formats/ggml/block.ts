/** A block type of ggml: runs of `blockSize` values along a row, each stored in `blockBytes` bytes of its own. */
export interface GgmlBlock {
  /** Name of the type in GGUF files: `Q4_K`. */
  readonly type: string;
  /** Its number there (ggml's `enum ggml_type`). */
  readonly number: number;
  /** Values of a block; a row must be a whole number of blocks. */
  readonly blockSize: number;
  readonly blockBytes: number;
  /** Values of whole blocks, as ggml's `dequantize_row_*` computes them in float32. Throws on a part of a block. */
  readonly decode: (bytes: Uint8Array) => Float32Array<ArrayBuffer>;
  /**
   * Whole blocks of finite values, byte for byte as ggml quantizes them without an importance matrix. Throws on a
   * part of a block. Absent for types that can only be read.
   */
  readonly encode?: (values: Float32Array) => Uint8Array<ArrayBuffer>;
}

/** A block type that can be written too. */
export type WritableBlock = GgmlBlock & Required<Pick<GgmlBlock, 'encode'>>;

/** What sets one block type apart from another: its sizes, and how one block at an offset is read. */
export interface BlockLayout extends Pick<GgmlBlock, 'type' | 'number' | 'blockSize' | 'blockBytes'> {
  readonly decodeBlock: (bytes: Uint8Array, at: number, values: Float32Array, to: number) => void;
}

/** How one block is written, besides; the bytes at the offset may hold anything before. */
export interface WritableLayout extends BlockLayout {
  readonly encodeBlock: (values: Float32Array, from: number, bytes: Uint8Array, to: number) => void;
}

/** Runs of blocks, one after another, that are only read. */
export function readableBlocks({ decodeBlock, ...block }: BlockLayout): GgmlBlock {
  const { type, blockSize, blockBytes } = block;
  return {
    ...block,
    decode(bytes) {
      const blocks = whole(bytes.length, blockBytes, `${type} blocks of ${blockBytes} bytes`);
      const values = new Float32Array(blocks * blockSize);
      for (let at = 0; at < blocks; at++) decodeBlock(bytes, at * blockBytes, values, at * blockSize);
      return values;
    },
  };
}

/** Runs of blocks, one after another. */
export function ggmlBlocks(layout: WritableLayout): WritableBlock {
  const { encodeBlock, ...readable } = layout;
  const { type, blockSize, blockBytes } = readable;
  return {
    ...readableBlocks(readable),
    encode(values) {
      const blocks = whole(values.length, blockSize, `${type} blocks of ${blockSize} values`);
      const bytes = new Uint8Array(blocks * blockBytes);
      for (let at = 0; at < blocks; at++) encodeBlock(values, at * blockSize, bytes, at * blockBytes);
      return bytes;
    },
  };
}

function whole(length: number, unit: number, what: string): number {
  if (length % unit === 0) return length / unit;
  throw new Error(`${length} is no whole number of ${what}`);
}
