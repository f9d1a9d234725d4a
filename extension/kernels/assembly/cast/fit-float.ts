import { encodeDefined, widenDefined } from './defined-float';
import { addErrors, clearErrors, errorSum } from './fit-error';
import { DEFINED, DEFINED_CONSTANTS, largestValue, signBit } from './float-layouts';
import { encodeFloatsCarefully } from './round-float';
import { scaleValues } from './scale-runs';
import { storedScale } from './scale';

/** Overflows are counted when a block is cast, not while its scale is sought. */
const UNCOUNTED = memory.data<u32>([0]);

/** The candidates are k / 64 of the largest magnitude, k from 64 down to 16: core/formats/scale-fit.ts. */
const MOST = 64;
const LEAST = 16;

/**
 * The stored scale of least squared error of a block of the defined float, the largest of equals. `codes` (where the
 * block's own will be) and `back` (n float32) are overwritten.
 */
export function fittedFloatScale(
  src: usize,
  rows: i32,
  n: i32,
  columns: i32,
  amax: f32,
  ieee: bool,
  codes: usize,
  back: usize,
  scaleDtype: i32,
): f32 {
  const limit = load<u32>(DEFINED_CONSTANTS, 44);
  const shift: usize = signBit(DEFINED) > 0x80 ? 1 : 0;
  const whole = n & ~7;
  let best: f32 = 0;
  let least: f64 = Infinity;
  let last: f32 = -1;
  for (let k = MOST; k >= LEAST; k--) {
    const scale = storedScale(amax * ((k as f32) / (MOST as f32)), largestValue(DEFINED), scaleDtype);
    if (k === MOST) best = scale;
    // Scales of few bits are often alike.
    if (scale === last) continue;
    last = scale;
    clearErrors();
    for (let row = 0; row < rows; row++) {
      const from = src + (((row * columns) as usize) << 2);
      let done = 0;
      if (encodeDefined(from, codes, whole, scale, !ieee) < limit) done = whole;
      const at = done as usize;
      encodeFloatsCarefully(
        DEFINED, from + (at << 2), codes + (at << shift), n - done, scale, ieee, false, 0, 0, UNCOUNTED,
      );
      widenDefined(codes, back, n);
      scaleValues(back, n, scale, 0);
      addErrors(from, back, n);
    }
    const sum = errorSum();
    if (sum < least) {
      best = scale;
      least = sum;
    }
  }
  return best;
}
