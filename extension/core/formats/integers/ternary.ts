import type { Cast, NumberFormat, TensorRange } from '../format';
import type { IntegerCodes } from './integer-codes';
import { decodeIntegers, encodeIntegers } from './integer-rows';
import type { IntegerScale } from './integer-scales';
import { storedIntegers } from './integer-stored';
import { leastError, requireRowFit } from '../scale-fit';
import { requireGranularity, runsByScale, storedScale, type ScaleRun } from '../scaling';

const BITS = 2;
const LIMITS: IntegerCodes = { lowest: -1, highest: 1, steps: 1 };

/** What `fit: mse` tries: parts k / 32 of the mean magnitude, the mean itself first, then from 3 down to 1/2. */
const FACTORS: readonly number[] = [1, ...Array.from({ length: 81 }, (_, at) => (96 - at) / 32)];

/**
 * Ternary weights: the scale is the mean magnitude, code = round(x / scale) clamped to -1, 0, 1, ties to even (a value
 * of half the scale is 0). That is the absmean rule of BitNet b1.58 and TriLM, with one scale a tensor in BitNet.
 * Means are float64 sums in element order, divided and rounded to float32.
 *
 * Codes are stored as 2-bit integers of compressed-tensors `pack-quantized`, sixteen to a word along the row, which any
 * of its loaders reads. The packing of transformers' BitNet lays rows a quarter of the matrix apart into one byte, so a
 * run of rows has no bytes of its own; that layout is not written. Clamping is what the format is for: it does not
 * count as saturation.
 */
export const ternary: NumberFormat = {
  id: 'ternary',
  aliases: ['trilm', 'bitnet', 'b1.58'],
  title: 'ternary: -1, 0 and 1 times the mean magnitude',
  family: 'integer',
  bits: BITS,
  largest: 1,
  codePoints: [-1, 0, 1],
  granularities: ['channel', 'tensor', 'group'],
  defaultScale: { kind: 'channel' },
  defaultScaleDtype: 'BF16',
  stochastic: true,
  options: ['fit', 'rotate'],
  packed: true,
  source: 'Ma et al., The Era of 1-bit LLMs, arXiv 2402.17764; Kaushal et al., Spectra, arXiv 2407.12327',

  parts(shape, cast) {
    requireGranularity(ternary, cast);
    return storedIntegers(BITS, cast).parts(shape);
  },

  encodeRows(values, matrix, cast, range, firstElement = 0) {
    const rows = encodeIntegers(values, matrix, cast, range, firstElement, LIMITS, meanScales);
    return { ...storedIntegers(BITS, cast).pack(rows, matrix), saturated: 0, flushed: rows.flushed };
  },

  decodeRows(encoded, matrix, cast) {
    const stored = storedIntegers(BITS, cast);
    return decodeIntegers(stored.codes(encoded, matrix), stored.scales(encoded, matrix), matrix, cast);
  },
};

function meanScales(
  values: Float32Array,
  runs: readonly ScaleRun[],
  cast: Cast,
  { meanMagnitude }: TensorRange,
  _: IntegerCodes,
  through: (value: number, scale: IntegerScale) => number,
): readonly IntegerScale[] {
  const of = (mean: number, factor = 1): IntegerScale => ({
    scale: storedScale(Math.fround(Math.fround(mean) * factor), 1, cast.scaleDtype),
    zero: 0,
  });
  if (cast.scale.kind === 'tensor') {
    requireRowFit(cast);
    if (meanMagnitude === undefined) throw new Error('ternary: the mean magnitude of the tensor is missing');
    return [of(meanMagnitude)];
  }
  return runsByScale(runs).map((group) => {
    const mean = runMean(values, group[0]!);
    if (cast.fit !== 'mse') return of(mean);
    return leastError(
      values,
      group,
      FACTORS.map((factor) => of(mean, factor)),
      through,
    );
  });
}

/** Mean magnitude of the finite values of a run, 0 for none. */
function runMean(values: Float32Array, { start, length }: ScaleRun): number {
  const sums = [0, 0, 0, 0];
  let finite = 0;
  for (let place = 0; place < length; place++) {
    const magnitude = Math.abs(values[start + place]!);
    if (!(magnitude < Infinity)) continue;
    sums[place % 4]! += magnitude;
    finite++;
  }
  return finite === 0 ? 0 : (sums[0]! + sums[2]! + (sums[1]! + sums[3]!)) / finite;
}
