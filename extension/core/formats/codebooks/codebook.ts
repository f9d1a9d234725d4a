import { floatBits, floatFromBits } from '../floats/float-bits';

/** The numbers that codes stand for, and what is needed to find the nearest. */
export interface Codebook {
  /** Value of each code; exact in float32. */
  readonly codes: Float32Array;
  /** Bits of one code. */
  readonly bits: number;
  /** The codes that are written, from the lowest value to the highest. */
  readonly order: Uint8Array;
  /** For each two neighbours in `order`: the largest float32 that goes to the lower one. */
  readonly bounds: Float32Array;
  /** Largest magnitude of a code: what the largest magnitude of a group is mapped to. */
  readonly largest: number;
  /** A scaled value above the first or below the second would round beyond the codebook if it went on in its steps. */
  readonly overflow: readonly [high: number, low: number];
}

/** Most codes of a codebook: they are stored in one byte. */
export const MOST_CODES = 256;

/**
 * The codebook of these values, which are rounded to float32; their places are the codes. Nearest means in exact
 * arithmetic, and halfway between two values the lower one is taken. Of codes for one value (0 and -0) only the first
 * is written. Throws, with the name, unless there are 2 to 256 finite values, two of them different.
 */
export function codebookOf(values: readonly number[], name: string): Codebook {
  const codes = checked(values, name);
  const first = ascending(codes).filter((code, at, all) => at === 0 || codes[code] !== codes[all[at - 1]!]);
  return withBounds(codes, first, (low, high) => floatAtMost((low + high) / 2));
}

/**
 * The same with the bounds of bitsandbytes: midpoints computed in float32, also between codes of one value, the lower
 * of which comes first.
 */
export function bitsandbytesCodebook(values: readonly number[]): Codebook {
  const codes = checked(values, 'bitsandbytes');
  return withBounds(codes, ascending(codes), (low, high) => Math.fround(Math.fround(low + high) / 2));
}

function checked(values: readonly number[], name: string): Float32Array {
  const codes = Float32Array.from(values);
  const different = codes.some((value) => value !== codes[0]);
  if (codes.length <= MOST_CODES && different && codes.every(Number.isFinite)) return codes;
  throw new Error(
    `${name}: a codebook holds 2 to ${MOST_CODES} finite numbers, two of them different; got ${values.join(', ')}`,
  );
}

function ascending(codes: Float32Array): Uint8Array {
  return Uint8Array.from(codes.keys()).sort((a, b) => codes[a]! - codes[b]! || a - b);
}

function withBounds(codes: Float32Array, order: Uint8Array, boundOf: (low: number, high: number) => number): Codebook {
  const sorted = Float32Array.from(order, (code) => codes[code]!);
  const [bottom, second, previous, top] = [sorted[0]!, sorted[1]!, sorted.at(-2)!, sorted.at(-1)!];
  return {
    codes,
    bits: Math.ceil(Math.log2(codes.length)),
    order,
    bounds: Float32Array.from({ length: order.length - 1 }, (_, at) => boundOf(sorted[at]!, sorted[at + 1]!)),
    largest: Math.max(Math.abs(bottom), Math.abs(top)),
    overflow: [floatAtMost(top + (top - previous) / 2), -floatAtMost((second - bottom) / 2 - bottom)],
  };
}

/** Code of the nearest value. NaN goes where zero goes. */
export function nearestCode({ order, bounds }: Codebook, scaled: number): number {
  const value = Number.isNaN(scaled) ? 0 : scaled;
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value > bounds[middle]!) low = middle + 1;
    else high = middle;
  }
  return order[low]!;
}

/** Whether a scaled value lies beyond the codebook by more than half of its outer step. */
export function overflows({ overflow: [high, low] }: Codebook, scaled: number): boolean {
  return scaled > high || scaled < low;
}

/** Values of a codebook from the lowest to the highest, each once. */
export function codePointsOf({ codes, order }: Codebook): readonly number[] {
  return [...new Set(Array.from(order, (code) => codes[code]!))];
}

/** The largest float32 that is not above a number: what compares with any float32 as the number does. */
function floatAtMost(value: number): number {
  const nearest = Math.fround(value);
  if (nearest <= value) return nearest;
  if (nearest === 0) return -(2 ** -149);
  return floatFromBits(floatBits(nearest) + (nearest > 0 ? -1 : 1));
}
