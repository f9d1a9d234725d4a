import { storageBytes, type StorageDtype } from '../../checkpoint/storage-dtype';
import { packBits, unpackBits } from '../bit-packing';
import { floatBits } from './float-bits';
import { decodeFloat, encodeFloat, floatCodePoints, floatTable, layoutBits, type FloatLayout } from './float-codes';
import type { EncodedRows, MatrixShape, NumberFormat, Part } from '../format';
import { packScales, requireGranularity, rowScales, scaleParts, scaleRuns, unpackScales } from '../scaling';
import { randomBits, randomKey } from '../stochastic';

/** What sets one small float apart from another. */
export interface FloatDefinition extends Pick<NumberFormat, 'id' | 'aliases' | 'title' | 'source' | 'packed'> {
  readonly layout: FloatLayout;
  /** Of the codes, with the tensor's shape. Without one, and for rows that don't fill whole bytes, they are U8. */
  readonly storage?: StorageDtype;
  /** Granularities, default first. */
  readonly granularities: NumberFormat['granularities'];
  readonly defaultScale: NumberFormat['defaultScale'];
  /** F32 when not given. */
  readonly defaultScaleDtype?: NumberFormat['defaultScaleDtype'];
}

/**
 * A float of at most 16 bits as a number format. Unscaled it is a plain cast, as torch's `.to()`. Scaled, each
 * element is divided by its scale in float32 and the quotient rounded to the code.
 *
 * Codes of other than 8 and 16 bits are packed from the least significant bit on, each row into whole bytes: for 4 bits
 * the first of two is in the low nibble, as torch.float4_e2m1fn_x2 has it; for 6 bits four are in three bytes, as
 * `pack_fp6_to_uint8` of compressed-tensors has them. That is how safetensors' F4 and F6 dtypes are filled here.
 */
export function floatFormat(definition: FloatDefinition): NumberFormat {
  const { layout, storage, ...described } = definition;
  const bits = layoutBits(layout);
  const largest = decodeFloat(layout.largestCode, layout);
  let lazyTable: Float32Array | undefined;
  const valueOf = (): Float32Array => (lazyTable ??= floatTable(layout));
  const scaled = definition.granularities.some((kind) => kind !== 'none');

  return {
    ...described,
    family: 'float',
    bits,
    layout,
    largest,
    codePoints: bits <= 8 ? floatCodePoints(layout) : undefined,
    defaultScaleDtype: definition.defaultScaleDtype ?? 'F32',
    stochastic: true,
    ...(scaled && { options: ['fit', 'rotate'] }),

    rowUnit: ({ scale }) => (scale.kind === 'block' ? scale.rows : 1),

    parts(shape, cast) {
      requireGranularity(definition, cast);
      return [codesPart(shape, bits, storage), ...scaleParts(shape, cast)];
    },

    encodeRows(values, matrix, cast, range, firstElement = 0): EncodedRows {
      const table = valueOf();
      const runs = scaleRuns(matrix, cast.scale);
      const codeOf = (value: number, scale: number, random?: number): { code: number; overflowed: boolean } =>
        encodeFloat(floatBits(Math.fround(value / scale)), layout, cast.overflow, random);
      const scales = rowScales(values, runs, cast, range, largest, (value, scale) =>
        Math.fround(table[codeOf(value, scale).code]! * scale),
      );
      const key = cast.round.kind === 'stochastic' ? randomKey(cast.round.seed) : undefined;
      const codes = new Uint16Array(values.length);
      let saturated = 0;
      let flushed = 0;
      for (const { start, length, scale: index } of runs) {
        const scale = scales[index] ?? 1;
        for (let at = start; at < start + length; at++) {
          const value = values[at]!;
          const random = key === undefined ? undefined : randomBits(key, firstElement + at);
          const { code, overflowed } = codeOf(value, scale, random);
          codes[at] = code;
          if (overflowed) saturated++;
          if (Math.fround(table[code]! * scale) === 0 && value !== 0 && Number.isFinite(value)) flushed++;
        }
      }
      return { codes: packCodes(codes, matrix, bits), scales: packScales(scales, cast.scaleDtype), saturated, flushed };
    },

    decodeRows({ codes, scales }, matrix, cast) {
      const table = valueOf();
      const stored = cast.scale.kind === 'none' ? [] : unpackScales(scales, cast.scaleDtype);
      const values = Float32Array.from(unpackCodes(codes, matrix, bits), (code) => table[code]!);
      if (stored.length === 0) return values;
      for (const { start, length, scale } of scaleRuns(matrix, cast.scale)) {
        for (let at = start; at < start + length; at++) values[at] = values[at]! * stored[scale]!;
      }
      return values;
    },
  };
}

function rowBytes(columns: number, bits: number): number {
  return Math.ceil((columns * bits) / 8);
}

function codesPart(shape: readonly number[], bits: number, storage: StorageDtype | undefined): Part {
  const columns = shape.at(-1) ?? 1;
  if (storage && (columns * bits) % 8 === 0) {
    return { role: 'codes', dtype: storage, shape, bytes: storageBytes(storage, shape) };
  }
  const packed = [...shape.slice(0, -1), rowBytes(columns, bits)];
  return { role: 'codes', dtype: 'U8', shape: packed, bytes: storageBytes('U8', packed) };
}

function packCodes(codes: Uint16Array, { rows, columns }: MatrixShape, bits: number): Uint8Array<ArrayBuffer> {
  if (bits === 8) return Uint8Array.from(codes);
  if (bits === 16) return new Uint8Array(codes.slice().buffer);
  const packed = new Uint8Array(rows * rowBytes(columns, bits));
  for (let row = 0; row < rows; row++) {
    packBits(codes, row * columns, columns, bits, packed, row * rowBytes(columns, bits));
  }
  return packed;
}

function unpackCodes(packed: Uint8Array, { rows, columns }: MatrixShape, bits: number): Uint8Array | Uint16Array {
  if (bits === 8) return packed;
  if (bits === 16) return new Uint16Array(packed.slice().buffer);
  const codes = new Uint16Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    unpackBits(packed, row * rowBytes(columns, bits), columns, bits, (column, code) => {
      codes[row * columns + column] = code;
    });
  }
  return codes;
}
