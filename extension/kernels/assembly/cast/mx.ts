import { isNonFinite } from './constants';
import { e8m0Code, e8m0Value, floorLog2 } from './e8m0';
import { E2M1, E2M3, E3M2, E4M3, INT8, encodeElements, largestElement, largestMagnitude, widenElements } from './mx-elements';
import { blockError } from './mx-fit';
import { amaxOf } from './scale';
import { scaleBlock } from './scale-blocks';

/** Exponent of the largest power of two that is an element. */
function largestExponent(element: i32): i32 {
  if (element === E4M3) return 8;
  if (element === E2M3 || element === E2M1) return 2;
  if (element === E3M2) return 4;
  return element === INT8 ? 0 : 15;
}

/** E8M0 code that the largest magnitude of a block asks for; see core/formats/block-scaled/mx-format.ts. */
function scaleCode(amax: f32, element: i32, up: bool): i32 {
  if (amax === 0) return 0;
  if (!up) return e8m0Code(floorLog2(reinterpret<u32>(amax)) - largestExponent(element));
  // The least power of two that is not below the quotient, which is normal in float64.
  const bits = reinterpret<u64>((amax as f64) / (largestElement(element) as f64));
  const exponent = ((bits >> 52) as i32) - 1023;
  return e8m0Code((bits & 0xfffffffffffff) === 0 ? exponent : exponent + 1);
}

/** The code among these, one more and one less whose scale has the least squared error, the first of equals. */
function fittedCode(code: i32, element: i32, src: usize, dst: usize, n: i32, magnitude: u32, back: usize): i32 {
  let best = code;
  let least = Infinity;
  for (let at = 0; at < 3; at++) {
    const candidate = at === 0 ? code : at === 1 ? code + 1 : code - 1;
    if (candidate < 0 || candidate > 254) continue;
    const error = blockError(element, src, dst, n, e8m0Value(candidate, 0), magnitude, back);
    if (error < least) {
      best = candidate;
      least = error;
    }
  }
  return best;
}

/**
 * Casts rows of float32 in blocks of `size` columns, the last of a row may be shorter: codes one a byte, E8M0 scales
 * one a block. `up` rounds the scale so that nothing saturates, `fit` tries its neighbours too, for which it needs
 * `back`, a float32 for each value. Overflows of finite values are added to the u32 at `saturated`; `first` is the row-major index in the tensor of the first value.
 */
export function encodeMx(
  element: i32,
  src: usize,
  dst: usize,
  rows: i32,
  columns: i32,
  size: i32,
  up: bool,
  fit: bool,
  back: usize,
  scales: usize,
  stochastic: bool,
  key: u32,
  first: f64,
  saturated: usize,
): void {
  let index = first as u64;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column += size) {
      const n = min(size, columns - column);
      const magnitude = largestMagnitude(src, n);
      const amax = isNonFinite(magnitude) ? amaxOf(src, n) : reinterpret<f32>(magnitude);
      let code = scaleCode(amax, element, up);
      if (fit) code = fittedCode(code, element, src, dst, n, magnitude, back);
      store<u8>(scales++, code);
      encodeElements(element, src, dst, n, e8m0Value(code, 0), magnitude, stochastic, key, index, saturated);
      src += (n as usize) << 2;
      dst += n as usize;
      index += n as u64;
    }
  }
}

/** The inverse: codes one a byte times the scales of their blocks. */
export function decodeMx(
  element: i32,
  codes: usize,
  values: usize,
  rows: i32,
  columns: i32,
  size: i32,
  scales: usize,
): void {
  widenElements(element, codes, values, rows * columns);
  const shift = element === INT8 ? -6 : 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column += size) {
      const n = min(size, columns - column);
      scaleBlock(values, n, e8m0Value(load<u8>(scales++), shift));
      values += (n as usize) << 2;
    }
  }
}
