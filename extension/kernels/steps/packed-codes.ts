import type { MatrixShape } from '../../core/formats/format';
import { packedRowBytes } from '../../core/formats/block-scaled/mx-packing';
import type { CastExports } from '../cast-abi';
import type { CastSteps, TileAt } from '../cast-steps';

/** Where codes of a block-scaled format lie: one a byte where the kernels make them, packed where they are stored. */
export interface CodeBuffers {
  sizes(tile: MatrixShape): Omit<ReturnType<CastSteps['sizes']>, 'scales'>;
  unpackedAt(at: TileAt): number;
  pack(at: TileAt, tile: MatrixShape): void;
  unpack(at: TileAt, tile: MatrixShape): void;
}

/** Codes of 8 bits need no packing: both places are one. */
export function codeBuffers(kernels: CastExports, bits: number): CodeBuffers {
  const packed = bits < 8;
  return {
    sizes: ({ rows, columns }) => ({
      codes: rows * packedRowBytes(columns, bits),
      scratch: packed ? rows * columns : 0,
    }),
    unpackedAt: ({ scratch, codes }) => (packed ? scratch : codes),
    pack({ scratch, codes }, { rows, columns }) {
      if (packed) kernels.packBits(scratch, codes, rows, columns, bits);
    },
    unpack({ scratch, codes }, { rows, columns }) {
      if (packed) kernels.unpackBits(codes, scratch, rows, columns, bits);
    },
  };
}
