/** One bin for each bfloat16: exact for weights stored so, and 8 bits of precision for all others. */
export const BINS = 65536;

const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);

/** Bin of a finite float32: its bfloat16, rounded to nearest with ties to even; what rounds to infinity goes below. */
export function binOf(value: number): number {
  float[0] = value;
  const rounded = (bits[0]! + 0x7fff + ((bits[0]! >>> 16) & 1)) >>> 16;
  return (rounded & 0x7fff) === 0x7f80 ? rounded - 1 : rounded;
}

/** The value that a bin stands for. */
export function binValue(bin: number): number {
  bits[0] = bin << 16;
  return float[0]!;
}

/** Values with how often each occurs, ascending; +0 and -0 are one. */
export interface Distribution {
  readonly values: Float64Array;
  readonly counts: Float64Array;
  readonly total: number;
}

/**
 * Whether a bin in the middle of values of this mean and standard deviation is too wide to show how they are spread:
 * values far from zero for their spread, or denormals. It matters only where values are not bfloat16 themselves.
 */
export function binsTooWide(mean: number, deviation: number): boolean {
  const bin = Math.max(1, binOf(Math.abs(mean) + deviation));
  return deviation > 0 && binValue(bin) - binValue(bin - 1) > deviation / LEAST_BINS;
}

/** Bins that a standard deviation should be wide. */
const LEAST_BINS = 8;

/** Finite values as they are, ascending. */
export function exactDistribution(values: Float32Array): Distribution {
  const distinct: number[] = [];
  const counts: number[] = [];
  for (const value of values.filter(Number.isFinite).sort()) {
    // +0 and -0 are one.
    if (value === distinct.at(-1)) counts[counts.length - 1]!++;
    else {
      distinct.push(value + 0);
      counts.push(1);
    }
  }
  const total = counts.reduce((sum, count) => sum + count, 0);
  return { values: Float64Array.from(distinct), counts: Float64Array.from(counts), total };
}

/** The bins that hold something, in the order of their values. */
export function distribution(bins: Uint32Array): Distribution {
  const values: number[] = [];
  const counts: number[] = [];
  const add = (bin: number): void => {
    const count = bins[bin]!;
    if (count === 0) return;
    values.push(binValue(bin));
    counts.push(count);
  };
  for (let bin = 0xffff; bin > 0x8000; bin--) add(bin);
  const zeros = bins[0]! + bins[0x8000]!;
  if (zeros > 0) {
    values.push(0);
    counts.push(zeros);
  }
  for (let bin = 1; bin < 0x8000; bin++) add(bin);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return { values: Float64Array.from(values), counts: Float64Array.from(counts), total };
}
