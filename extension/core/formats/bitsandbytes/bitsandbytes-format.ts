import { elementCount, storageBytes } from '../../checkpoint/storage-dtype';
import { decodeBlockwise, encodeBlockwise } from './bitsandbytes-blocks';
import { NESTED_CODEBOOK, NESTED_GROUP, decodeNested, encodeNested } from './bitsandbytes-nested';
import { quantState } from './bitsandbytes-state';
import { codePointsOf, nearestCode, type Codebook } from '../codebooks/codebook';
import { flattenedRowUnit } from './flattened';
import type { Cast, EncodedRows, NumberFormat, Part, TensorRange } from '../format';
import { littleEndian } from '../little-endian';
import { packScales, requireGranularity, scaleBytes, unpackScales } from '../scaling';

/** What sets one 4-bit format of bitsandbytes apart from the other. */
export interface BitsandbytesDefinition extends Pick<NumberFormat, 'id' | 'aliases' | 'title' | 'source'> {
  /** Its name in bitsandbytes. */
  readonly type: 'nf4' | 'fp4';
  /** 16 codes with the bounds of bitsandbytes. */
  readonly codebook: Codebook;
}

/** Bytes of a float32 part. */
function floats(role: 'nested-scale' | 'codebook' | 'nested-codebook', count: number): Part {
  return { role, dtype: 'F32', shape: [count], bytes: storageBytes('F32', [count]) };
}

function groupSize(cast: Cast): number {
  return cast.scale.kind === 'group' ? cast.scale.size : 1;
}

/** The mean of all scales of the tensor, which nested scales are stored without. */
function offsetOf({ format }: Cast, range: TensorRange | undefined): number {
  if (range?.meanScale !== undefined) return range.meanScale;
  throw new Error(`${format}: "nested: true" needs the mean of all scales of the tensor (TensorRange.meanScale)`);
}

/**
 * A 4-bit codebook with one absmax a group of the flattened tensor: codes, packing and scales byte for byte as
 * bitsandbytes 0.50 `quantize_4bit` on CPU. The first element of a byte is in the high nibble; an odd last element is
 * joined by zero. `nested: true` is its double quantization: see `encodeNested`.
 */
export function bitsandbytesFormat({ type, codebook, ...definition }: BitsandbytesDefinition): NumberFormat {
  const format: NumberFormat = {
    ...definition,
    family: 'codebook',
    bits: codebook.bits,
    largest: codebook.largest,
    codePoints: codePointsOf(codebook),
    granularities: ['group'],
    defaultScale: { kind: 'group', size: 64 },
    defaultScaleDtype: 'F32',
    rounding: 'to the nearest code, a tie to the lower one',
    stochastic: false,
    options: ['nested', 'rotate', 'outliers'],
    flattened: true,
    rowUnit: (cast, columns) => flattenedRowUnit(cast, columns, cast.nested ? NESTED_GROUP : 1),

    parts(shape, cast, source = 'BF16') {
      requireGranularity(format, cast);
      const elements = elementCount(shape);
      const pairs = Math.ceil(elements / 2);
      const scales = Math.ceil(elements / groupSize(cast));
      const dtype = cast.nested ? 'U8' : cast.scaleDtype;
      const offset = cast.nested ? { offset: 0 } : {};
      const state = quantState({ type, shape, groupSize: groupSize(cast), source, ...offset }).length;
      return [
        { role: 'codes', dtype: 'U8', shape: [pairs, 1], bytes: pairs },
        { role: 'scale', dtype, shape: [scales], bytes: cast.nested ? scales : scales * scaleBytes(cast.scaleDtype) },
        floats('codebook', codebook.codes.length),
        ...(cast.nested
          ? [
              floats('nested-scale', Math.ceil(scales / NESTED_GROUP)),
              floats('nested-codebook', NESTED_CODEBOOK.codes.length),
            ]
          : []),
        { role: 'state', dtype: 'U8', shape: [state], bytes: state },
      ];
    },

    constantPart(role, { shape, dtype, range }, cast) {
      if (role === 'state') {
        const offset = cast.nested ? { offset: offsetOf(cast, range) } : {};
        return quantState({ type, shape, groupSize: groupSize(cast), source: dtype, ...offset });
      }
      if (role !== 'codebook' && role !== 'nested-codebook') return undefined;
      const { codes } = role === 'codebook' ? codebook : NESTED_CODEBOOK;
      return littleEndian([...codes], 4, (view, at, code) => view.setFloat32(at, code, true));
    },

    encodeRows(values, _, cast, range): EncodedRows {
      const { codes, absmax, saturated } = encodeBlockwise(values, groupSize(cast), codebook, cast.scaleDtype);
      const nested = cast.nested ? encodeNested(absmax, offsetOf(cast, range)) : undefined;
      const read = nested ? decodeNested(nested, offsetOf(cast, range)) : absmax;
      const decoded = decodeBlockwise(codes, read, groupSize(cast), codebook);
      return {
        codes: packHighFirst(codes, nearestCode(codebook, 0)),
        scales: nested ? nested.codes : packScales(absmax, cast.scaleDtype),
        ...(nested && { more: new Map([['nested-scale', nested.scales]]) }),
        saturated,
        flushed: values.reduce((count, value, at) => {
          return count + Number(decoded[at] === 0 && value !== 0 && Number.isFinite(value));
        }, 0),
      };
    },

    decodeRows({ codes, scales, more }, { rows, columns }, cast, range) {
      const nested = cast.nested && { codes: Uint8Array.from(scales), scales: more!.get('nested-scale')! };
      const absmax = nested ? decodeNested(nested, offsetOf(cast, range)) : unpackScales(scales, cast.scaleDtype);
      return decodeBlockwise(unpackHighFirst(codes, rows * columns), absmax, groupSize(cast), codebook);
    },
  };
  return format;
}

/** Two codes a byte, the first in the high nibble; `filler` joins an odd last one. */
function packHighFirst(codes: Uint8Array, filler: number): Uint8Array<ArrayBuffer> {
  const packed = new Uint8Array(Math.ceil(codes.length / 2));
  return packed.map((_, at) => (codes[2 * at]! << 4) | (codes[2 * at + 1] ?? filler));
}

function unpackHighFirst(packed: Uint8Array, count: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: count }, (_, at) => (packed[at >> 1]! >> (at % 2 === 0 ? 4 : 0)) & 15);
}
