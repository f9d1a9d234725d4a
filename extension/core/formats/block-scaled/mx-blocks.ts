import type { Cast, EncodedRows, MatrixShape } from '../format';
import type { BlockElement } from './mx-elements';
import { packRows, unpackRows } from './mx-packing';
import { leastError } from '../scale-fit';
import { packScales, scaleRuns, type ScaleRun } from '../scaling';
import { randomBits, randomKey } from '../stochastic';

/** How a format finds the scales of its blocks. */
export interface BlockScales {
  /**
   * Stored scales that a block may get, the one that its largest magnitude asks for first. Only that one counts,
   * but under `fit: mse` the one of least squared error does, the first of equals.
   */
  readonly candidates: (run: ScaleRun) => readonly number[];
  /** What elements are divided and codes multiplied by, from the stored scale: a float32. */
  readonly factor: (stored: number) => number;
}

/**
 * Casts blocks of elements: code = element(x / factor), the quotient rounded to float32. Codes are packed row by row
 * (`packRows`), scales stored in `cast.scaleDtype`.
 */
export function encodeBlocks(
  values: Float32Array,
  matrix: MatrixShape,
  cast: Cast,
  element: BlockElement,
  { candidates, factor }: BlockScales,
  firstElement: number,
): EncodedRows {
  const through = (value: number, candidate: number): number => {
    const scale = factor(candidate);
    return Math.fround(element.table[element.encode(Math.fround(value / scale), undefined).code]! * scale);
  };
  const key = cast.round.kind === 'stochastic' ? randomKey(cast.round.seed) : undefined;
  const codes = new Uint8Array(values.length);
  const scales: number[] = [];
  let saturated = 0;
  let flushed = 0;
  for (const run of scaleRuns(matrix, cast.scale)) {
    const possible = candidates(run);
    const scale = cast.fit === 'mse' ? leastError(values, [run], possible, through) : possible[0]!;
    const divisor = factor(scale);
    scales.push(scale);
    for (let at = run.start; at < run.start + run.length; at++) {
      const value = values[at]!;
      const random = key === undefined ? undefined : randomBits(key, firstElement + at);
      const { code, overflowed } = element.encode(Math.fround(value / divisor), random);
      codes[at] = code;
      if (overflowed) saturated++;
      if (Math.fround(element.table[code]! * divisor) === 0 && value !== 0 && Number.isFinite(value)) flushed++;
    }
  }
  return {
    codes: packRows(codes, matrix, element.bits),
    scales: packScales(scales, cast.scaleDtype),
    saturated,
    flushed,
  };
}

/** The inverse: code * factor in float32. `stored` holds the scale of each run. */
export function decodeBlocks(
  packed: Uint8Array,
  stored: readonly number[],
  matrix: MatrixShape,
  cast: Cast,
  element: Pick<BlockElement, 'bits' | 'table'>,
  factor: BlockScales['factor'],
): Float32Array<ArrayBuffer> {
  const codes = unpackRows(packed, matrix, element.bits);
  const values = new Float32Array(matrix.rows * matrix.columns);
  scaleRuns(matrix, cast.scale).forEach(({ start, length }, run) => {
    const scale = factor(stored[run]!);
    for (let at = start; at < start + length; at++) values[at] = element.table[codes[at]!]! * scale;
  });
  return values;
}
