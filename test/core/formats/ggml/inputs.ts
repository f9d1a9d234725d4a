import { denseBlocks } from '../dense-blocks';
import { floatsOf, golden, type GoldenArray } from '../golden';

/** Content of the golden file of test/oracles/formats/ggml.py. */
export interface GgmlGolden {
  readonly traps: GoldenArray;
  /** SHA-256 of each input; all but the traps are made here from the same recipes. */
  readonly inputs: Readonly<Record<InputName, string>>;
  readonly casts: readonly {
    readonly type: string;
    readonly input: InputName;
    /** Bytes, or their SHA-256. */
    readonly codes: GoldenArray | string;
    /** SHA-256 of the values, every NaN written as 0x7FC00000. */
    readonly decoded: string;
  }[];
  readonly decodes: readonly { readonly type: string; readonly codes: string; readonly decoded: string }[];
}

export type InputName = 'traps' | 'bell' | 'eighths' | 'dense';

export const GOLDEN = golden('ggml') as GgmlGolden;

const COLUMNS = 256;

/** 32 bits for each index. */
function mixed(at: number): number {
  let bits = (Math.imul(at, 2654435761) + 12345) >>> 0;
  bits = (bits ^ (bits >>> 15)) >>> 0;
  bits = Math.imul(bits, 2246822519) >>> 0;
  return (bits ^ (bits >>> 13)) >>> 0;
}

export function inputOf(name: InputName): Float32Array<ArrayBuffer> {
  switch (name) {
    case 'traps':
      return floatsOf(GOLDEN.traps);
    case 'bell':
      return Float32Array.from({ length: 56 * COLUMNS }, (_, at) => {
        const words = [mixed(at * 2), mixed(at * 2 + 1)];
        const total = words.reduce((sum, word) => sum + (word & 0xffff) + (word >>> 16), -131070);
        return total * 2 ** ((Math.floor(at / COLUMNS) % 7) - 22);
      });
    case 'eighths':
      return Float32Array.from({ length: 16 * COLUMNS }, (_, at) => ((mixed(at) >>> 8) % 33) / 8 - 2);
    case 'dense':
      return denseBlocks(255 * 2, COLUMNS);
  }
}

/** Blocks of any bytes. */
export function randomBlocks(blockBytes: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: blockBytes * 64 }, (_, at) => mixed(at));
}
