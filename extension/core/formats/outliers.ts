import type { StorageDtype } from '../checkpoint/storage-dtype';
import { storageBytes } from '../checkpoint/storage-dtype';
import { floatBits } from './floats/float-bits';
import { BF16_LAYOUT, FP16_LAYOUT, decodeFloat, encodeFloat } from './floats/float-codes';
import type { EncodedRows, MatrixShape, NumberFormat, OutlierColumns, TensorRange } from './format';
import { littleEndian } from './little-endian';

/** The 16 bits that the columns of a tensor stay in: its own, where they are 16, else BF16. */
export function outlierDtype(source: StorageDtype): OutlierColumns['dtype'] {
  return source === 'F16' ? 'F16' : 'BF16';
}

/** The `count` columns of largest magnitude, ascending; of equal ones those to the left. */
export function outlierColumns(magnitudes: readonly number[], count: number): readonly number[] {
  return [...magnitudes.keys()]
    .sort((a, b) => magnitudes[b]! - magnitudes[a]! || a - b)
    .slice(0, count)
    .sort((a, b) => a - b);
}

/**
 * A format beside which `count` columns of each tensor stay in 16 bit, as LLM.int8() keeps its outlier features
 * (arXiv 2208.07339). There the columns are those where activations reach 6; here those of largest weight, which needs
 * no data. To the format they hold zeros, so that the scales of their groups fit the other columns.
 *
 * Two parts more: the kept values by rows, and the numbers of their columns. Which columns they are follows from all
 * of the tensor: `TensorRange.outliers`.
 */
export function withOutliers(format: NumberFormat, count: number): NumberFormat {
  return {
    ...format,

    parts(shape, cast, source = 'BF16') {
      const kept = Math.min(count, shape.at(-1) ?? 1);
      const dtype = outlierDtype(source);
      const values = [...shape.slice(0, -1), kept];
      return [
        ...format.parts(shape, cast, source),
        { role: 'outliers', dtype, shape: values, bytes: storageBytes(dtype, values) },
        { role: 'outlier-columns', dtype: 'I32', shape: [kept], bytes: storageBytes('I32', [kept]) },
      ];
    },

    constantPart(role, tensor, cast) {
      if (role !== 'outlier-columns') return format.constantPart?.(role, tensor, cast);
      const { columns } = outliersOf(format, tensor.range);
      return littleEndian(columns, 4, (view, at, column) => view.setInt32(at, column, true));
    },

    encodeRows(values, matrix, cast, range, firstElement) {
      const kept = keptValues(values, matrix, outliersOf(format, range));
      const others = Float32Array.from(values);
      for (const at of kept.places) others[at] = 0;
      const encoded = format.encodeRows(others, matrix, cast, range, firstElement);
      return {
        ...encoded,
        more: new Map([...(encoded.more ?? []), ['outliers', kept.bytes]]),
        saturated: encoded.saturated + kept.saturated,
        flushed: encoded.flushed + kept.flushed,
      };
    },

    decodeRows(encoded, matrix, cast, range) {
      const outliers = outliersOf(format, range);
      const values = format.decodeRows(encoded, matrix, cast, range);
      const stored = encoded.more!.get('outliers')!;
      const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
      placesOf(matrix, outliers).forEach((place, at) => {
        values[place] = decodeFloat(view.getUint16(at * 2, true), layoutOf(outliers));
      });
      return values;
    },
  };
}

function outliersOf({ id }: Pick<NumberFormat, 'id'>, range: TensorRange | undefined): OutlierColumns {
  if (range?.outliers) return range.outliers;
  throw new Error(`${id}: "outliers" needs the columns chosen from all of the tensor (TensorRange.outliers)`);
}

function layoutOf({ dtype }: OutlierColumns): typeof BF16_LAYOUT {
  return dtype === 'F16' ? FP16_LAYOUT : BF16_LAYOUT;
}

/** Row-major indices of the kept values, row by row. */
function placesOf({ rows, columns }: MatrixShape, outliers: OutlierColumns): readonly number[] {
  return Array.from({ length: rows }, (_, row) => outliers.columns.map((column) => row * columns + column)).flat();
}

interface KeptValues extends Pick<EncodedRows, 'saturated' | 'flushed'> {
  readonly places: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

function keptValues(values: Float32Array, matrix: MatrixShape, outliers: OutlierColumns): KeptValues {
  const places = placesOf(matrix, outliers);
  let saturated = 0;
  let flushed = 0;
  const codes = places.map((at) => {
    const { code, overflowed } = encodeFloat(floatBits(values[at]!), layoutOf(outliers), 'saturate');
    if (overflowed) saturated++;
    if (values[at] !== 0 && decodeFloat(code, layoutOf(outliers)) === 0) flushed++;
    return code;
  });
  const bytes = littleEndian(codes, 2, (view, at, code) => view.setUint16(at, code, true));
  return { places, bytes, saturated, flushed };
}
