import { storageBytes } from '../../checkpoint/storage-dtype';
import type { NumberFormat } from '../format';
import { requireGranularity } from '../scaling';
import type { WritableBlock } from './block';

/** What a number format says of itself beyond its blocks. */
export interface GgmlDefinition extends Pick<NumberFormat, 'title' | 'bits' | 'largest'> {
  /** ggml's function that writes such blocks. */
  readonly quantizer: string;
}

/** Types whose plain name means the same numbers in another layout. */
const SHARED_NAMES: ReadonlySet<string> = new Set(['MXFP4', 'NVFP4']);

/** Id of the number format of a block type: `q4_k`, but `ggml_mxfp4`. */
export function ggmlFormatId(type: string): string {
  return (SHARED_NAMES.has(type) ? 'ggml_' : '') + type.toLowerCase();
}

/** Largest half: the reach of a unit of scale. */
export const LARGEST_HALF = 65504;

/**
 * A block type of ggml as a number format. Everything of a block, its scales too, is in one part: bytes of U8, rows as
 * long as their blocks. So there is no scale to ask for, and the block is not one of the user's either: its length is
 * the type's, rows must be whole blocks (`blockSize`), as llama.cpp requires. `largest` is how far a whole value
 * reaches, scale included. A value whose scale overflows its half counts as saturated: it decodes to no number.
 */
export function ggmlFormat(
  { type, blockSize, blockBytes, encode, decode }: WritableBlock,
  { title, bits, largest, quantizer }: GgmlDefinition,
): NumberFormat {
  const id = ggmlFormatId(type);
  const format: NumberFormat = {
    id,
    aliases: [`ggml_type_${type.toLowerCase()}`],
    title,
    family: 'block',
    bits,
    largest,
    codePoints: undefined,
    granularities: ['none'],
    defaultScale: { kind: 'none' },
    defaultScaleDtype: 'F16',
    rounding: `as ${quantizer} of ggml, to the byte`,
    stochastic: false,
    packed: true,
    blockSize,
    source: `ggml, ggml-quants.c: ${quantizer}, without an importance matrix`,

    parts(shape, cast) {
      requireGranularity(format, cast);
      const blocks = Math.ceil((shape.at(-1) ?? 1) / blockSize);
      const stored = [...shape.slice(0, -1), blocks * blockBytes];
      return [{ role: 'codes', dtype: 'U8', shape: stored, bytes: storageBytes('U8', stored) }];
    },

    encodeRows(values, { columns }) {
      if (columns % blockSize !== 0) {
        throw new Error(`${id} stores rows as whole blocks of ${blockSize}, which do not divide a row of ${columns}`);
      }
      const codes = encode(values);
      return { codes, scales: new Uint8Array(0), ...losses(values, decode(codes)) };
    },

    decodeRows: ({ codes }) => decode(codes),
  };
  return format;
}

/** Finite values that decode to no number, and those other than zero that decode to zero. */
function losses(values: Float32Array, decoded: Float32Array): { readonly saturated: number; readonly flushed: number } {
  let saturated = 0;
  let flushed = 0;
  decoded.forEach((each, at) => {
    const value = values[at]!;
    if (!Number.isFinite(value)) return;
    if (!Number.isFinite(each)) saturated++;
    if (each === 0 && value !== 0) flushed++;
  });
  return { saturated, flushed };
}
