import { storageBytes, type StorageDtype } from '../../checkpoint/storage-dtype';
import type { Cast, EncodedRows, MatrixShape, Part } from '../format';
import { packIntegers, packedWords, unpackIntegers } from './integer-packing';
import type { IntegerRows } from './integer-rows';
import type { IntegerScale } from './integer-scales';
import { packZeroPoints, packsZeroPoints, unpackZeroPoints, zeroPointPart } from './integer-zero-points';
import { packScales, scaleParts, scaleShape, unpackScales } from '../scaling';

type Stored = Pick<EncodedRows, 'codes' | 'scales' | 'more'>;

/** How the codes, scales and zero points of an integer cast lie on disk. */
export interface StoredIntegers {
  parts(shape: readonly number[]): readonly Part[];
  pack(rows: Pick<IntegerRows, 'codes' | 'scales'>, matrix: MatrixShape): Stored;
  codes(stored: Stored, matrix: MatrixShape): Int16Array;
  /** `tensorZero` is the zero point of a tensor that has but one: it is no row's, so the rows' parts lack it. */
  scales(stored: Stored, matrix: MatrixShape, tensorZero?: number): readonly IntegerScale[];
}

/**
 * Codes of 8 and 16 bits as I8 and I16 (compressed-tensors `int-quantized` for 8), narrower ones packed in I32 beside
 * the shape (`pack-quantized`). Zero points: see `zeroPointPart`.
 */
export function storedIntegers(bits: number, cast: Cast): StoredIntegers {
  const plain: StorageDtype | undefined = bits === 8 ? 'I8' : bits === 16 ? 'I16' : undefined;
  const zeroed = cast.symmetric === false;
  const scalesOf = ({ rows, columns }: MatrixShape): MatrixShape => {
    const [high, across] = scaleShape([rows, columns], cast.scale) as [number, number];
    return { rows: high, columns: across };
  };
  return {
    parts(shape) {
      const stored = plain ? shape : [...shape.slice(0, -1), packedWords(shape.at(-1) ?? 1, bits)];
      const dtype = plain ?? 'I32';
      return [
        { role: 'codes', dtype, shape: stored, bytes: storageBytes(dtype, stored) },
        ...scaleParts(shape, cast),
        ...(zeroed ? [zeroPointPart(shape, bits, cast)] : []),
        ...(plain
          ? []
          : [
              {
                role: 'shape',
                dtype: 'I64',
                shape: [shape.length],
                bytes: storageBytes('I64', [shape.length]),
              } as const,
            ]),
      ];
    },

    pack({ codes, scales }, matrix) {
      const packed = {
        codes: packCodes(codes, matrix, bits),
        scales: packScales(scales.map(scaleOf), cast.scaleDtype),
      };
      if (!zeroed || cast.scale.kind === 'tensor') return packed;
      const zeros = Int16Array.from(scales, ({ zero }) => zero);
      const stored = packsZeroPoints(bits, cast)
        ? packZeroPoints(zeros, scalesOf(matrix), bits)
        : Uint8Array.from(zeros);
      return { ...packed, more: new Map([['zero-point', stored]]) };
    },

    codes: ({ codes }, matrix) => unpackCodes(codes, matrix, bits),

    scales({ scales, more }, matrix, tensorZero) {
      const zeros = zeroed ? zerosOf(more?.get('zero-point'), matrix, tensorZero) : undefined;
      return unpackScales(scales, cast.scaleDtype).map((scale, at) => ({ scale, zero: zeros?.[at] ?? 0 }));
    },
  };

  function zerosOf(stored: Uint8Array | undefined, matrix: MatrixShape, tensorZero: number | undefined): Int16Array {
    if (cast.scale.kind === 'tensor' && tensorZero !== undefined) return Int16Array.of(tensorZero);
    if (!stored) throw new Error(`${cast.format}: asymmetric codes are stored with zero points, which are missing`);
    if (packsZeroPoints(bits, cast)) return unpackZeroPoints(stored, scalesOf(matrix), bits);
    return Int16Array.from(new Int8Array(stored.buffer, stored.byteOffset, stored.length));
  }
}

function scaleOf({ scale }: IntegerScale): number {
  return scale;
}

function packCodes(codes: Int16Array, matrix: MatrixShape, bits: number): Uint8Array<ArrayBuffer> {
  if (bits === 8) return Uint8Array.from(codes);
  return bits === 16 ? new Uint8Array(codes.slice().buffer) : packIntegers(codes, matrix, bits);
}

function unpackCodes(packed: Uint8Array, matrix: MatrixShape, bits: number): Int16Array {
  if (bits === 8) return Int16Array.from(new Int8Array(packed.buffer, packed.byteOffset, packed.length));
  return bits === 16 ? new Int16Array(packed.slice().buffer) : unpackIntegers(packed, matrix, bits);
}
