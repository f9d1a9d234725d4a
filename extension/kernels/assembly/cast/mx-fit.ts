import { isNonFinite } from './constants';
import { INT8, INT8_STEP, encodeElements, widenElements } from './mx-elements';
import { scaleBlock } from './scale-blocks';

/** Overflows while scales are tried: nobody asks. */
const IGNORED = memory.data<u32>([0]);
/** Squared errors by place modulo 4. */
const SUMS = memory.data<f64>([0, 0, 0, 0]);

/**
 * Squared error of a block cast to nearest under a divisor, added in the order of core/formats/scale-fit.ts. `codes`
 * (n bytes) and `back` (n float32) are written over. NaN and infinities don't count.
 */
export function blockError(
  element: i32,
  src: usize,
  codes: usize,
  n: i32,
  divisor: f32,
  magnitude: u32,
  back: usize,
): f64 {
  encodeElements(element, src, codes, n, divisor, magnitude, false, 0, 0, IGNORED);
  widenElements(element, codes, back, n);
  scaleBlock(back, n, element === INT8 ? divisor * INT8_STEP : divisor);
  memory.fill(SUMS, 0, 32);
  for (let i = 0; i < n; i++) {
    const at = (i as usize) << 2;
    if (isNonFinite(load<u32>(src + at) & 0x7fffffff)) continue;
    const difference = (load<f32>(src + at) as f64) - (load<f32>(back + at) as f64);
    const sum = SUMS + (((i & 3) as usize) << 3);
    store<f64>(sum, load<f64>(sum) + difference * difference);
  }
  return load<f64>(SUMS) + load<f64>(SUMS, 16) + (load<f64>(SUMS, 8) + load<f64>(SUMS, 24));
}
