import { nearestCode, overflows, type Codebook } from '../codebooks/codebook';
import { SMALLEST_SCALE, roundScale, runAmax } from '../scaling';
import type { ScaleDtype } from '../format';

/** Least divisor that bitsandbytes uses, against division by zero. */
const LEAST = Math.fround(1e-38);

/** Values cast in blocks, codes one a byte. */
export interface BlockCodes {
  readonly codes: Uint8Array<ArrayBuffer>;
  /** Largest magnitude of each block. */
  readonly absmax: readonly number[];
  /** Finite values beyond the codebook: only where an absmax does not fit its dtype. */
  readonly saturated: number;
}

/**
 * Nearest codes in blocks of `size` values, the last of which may be shorter, as `quantize_4bit` and
 * `quantize_blockwise` of bitsandbytes 0.50 find them in its own backend for any device. That includes its two ways
 * to scale: full blocks are multiplied by the reciprocal 1 / max(absmax, 1e-38), a last block that is not full is
 * divided by max(absmax, 1e-38), and only there the stored absmax is raised too.
 */
export function encodeBlockwise(
  values: Float32Array,
  size: number,
  codebook: Codebook,
  absmaxDtype: ScaleDtype,
): BlockCodes {
  const codes = new Uint8Array(values.length);
  const absmax: number[] = [];
  let saturated = 0;
  for (let start = 0; start < values.length; start += size) {
    const length = Math.min(size, values.length - start);
    const full = length === size;
    const amax = runAmax(values, { start, length });
    let stored = roundScale(full ? amax : Math.max(amax, LEAST), absmaxDtype);
    if (stored === 0 && amax > 0) stored = SMALLEST_SCALE[absmaxDtype];
    const divisor = Math.max(stored, LEAST);
    const reciprocal = Math.fround(1 / divisor);
    absmax.push(stored);
    for (let at = start; at < start + length; at++) {
      const value = values[at]!;
      const scaled = Math.fround(full ? value * reciprocal : value / divisor);
      codes[at] = nearestCode(codebook, scaled);
      if (overflows(codebook, scaled) && Number.isFinite(value)) saturated++;
    }
  }
  return { codes, absmax, saturated };
}

/** The inverse: code value * absmax in float32. */
export function decodeBlockwise(
  codes: Uint8Array,
  absmax: readonly number[],
  size: number,
  codebook: Codebook,
): Float32Array<ArrayBuffer> {
  return Float32Array.from(codes, (code, at) => codebook.codes[code]! * absmax[Math.floor(at / size)]!);
}
