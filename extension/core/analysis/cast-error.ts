/**
 * Sums over the elements of a tensor from which its cast errors follow; sums of two runs of rows add up,
 * so a tensor can be measured in chunks. All in float64.
 */
export interface CastErrorSums {
  readonly elements: number;
  /** Sum of x^2. */
  readonly signal: number;
  /** Sum of (x - cast x)^2. */
  readonly noise: number;
  readonly maxAbsolute: number;
  readonly saturated: number;
  readonly flushed: number;
}

export const NO_ERROR: CastErrorSums = { elements: 0, signal: 0, noise: 0, maxAbsolute: 0, saturated: 0, flushed: 0 };

export function addErrors(a: CastErrorSums, b: CastErrorSums): CastErrorSums {
  return {
    elements: a.elements + b.elements,
    signal: a.signal + b.signal,
    noise: a.noise + b.noise,
    maxAbsolute: Math.max(a.maxAbsolute, b.maxAbsolute),
    saturated: a.saturated + b.saturated,
    flushed: a.flushed + b.flushed,
  };
}

/** Relative Frobenius error ||x - cast x|| / ||x||; 0 for an all-zero tensor cast without error. */
export function relativeError(sums: CastErrorSums): number {
  if (sums.noise === 0) return 0;
  return sums.signal === 0 ? Infinity : Math.sqrt(sums.noise / sums.signal);
}

/** Signal-to-quantization-noise ratio in dB: 10 log10(signal / noise). */
export function sqnr(sums: CastErrorSums): number {
  return sums.noise === 0 ? Infinity : 10 * Math.log10(sums.signal / sums.noise);
}
