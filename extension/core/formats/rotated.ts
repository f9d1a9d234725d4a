import type { ConstantSource, NumberFormat, TensorRange } from './format';
import { rotateRows } from './hadamard';

/**
 * The range that rotated values can't leave: a sum of `size` values over sqrt(size). The values as rotated are only
 * known run by run, and what this range sets (the global scale of nvfp4) has room to spare.
 */
export function rotatedRange(range: TensorRange, size: number): TensorRange {
  const bound = Math.fround(range.amax * Math.sqrt(size));
  return { ...range, min: -bound, max: bound, amax: bound };
}

/**
 * A format whose values are rotated by a Hadamard matrix in runs of `size` columns before the cast and rotated back
 * after it: an outlier is spread over its run, so that the scale of its block fits the other values too (QuaRot,
 * arXiv 2404.00456). Parts are those of the format itself; only a reader of downcast.json knows to rotate back.
 * One scale a tensor would have to come from `rotatedRange`, which is too wide for it, so that is not offered.
 */
export function rotated(format: NumberFormat, size: number): NumberFormat {
  const inside = (tensor: ConstantSource): ConstantSource => ({ ...tensor, range: rotatedRange(tensor.range, size) });
  const decodeRows: NumberFormat['decodeRows'] = (encoded, matrix, cast, range) => {
    const values = format.decodeRows(encoded, matrix, cast, range && rotatedRange(range, size));
    rotateRows(values, matrix, size);
    return values;
  };
  return {
    ...format,
    granularities: format.granularities.filter((kind) => kind !== 'tensor'),
    ...(format.constantPart && {
      constantPart: (role, tensor, cast) => format.constantPart!(role, inside(tensor), cast),
    }),
    encodeRows(values, matrix, cast, range, firstElement) {
      const turned = Float32Array.from(values);
      rotateRows(turned, matrix, size);
      const encoded = format.encodeRows(turned, matrix, cast, rotatedRange(range, size), firstElement);
      // What decodes to zero shows only when it is rotated back.
      const back = decodeRows(encoded, matrix, cast, range);
      const flushed = values.reduce((count, value, at) => {
        return count + Number(back[at] === 0 && value !== 0 && Number.isFinite(value));
      }, 0);
      return { ...encoded, flushed };
    },
    decodeRows,
  };
}
