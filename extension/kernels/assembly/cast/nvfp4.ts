import { isNonFinite } from './constants';
import { E2M1, encodeElements, largestMagnitude, widenElements } from './mx-elements';
import { blockError } from './mx-fit';
import { roundMagnitude } from './round-float';
import { amaxOf } from './scale';
import { scaleBlock } from './scale-blocks';

/** Value of a positive E4M3 code: its bits in place, the exponent moved by 2^120. */
function scaleValue(code: u32): f32 {
  return reinterpret<f32>(code << 20) * reinterpret<f32>(0x7b800000);
}

/** E4M3 code of a block's scale, from 2^-9 to 448; see core/formats/block-scaled/nvfp4-scales.ts. */
function scaleCode(amax: f32, globalScale: f32): u32 {
  const scale: f32 = (amax / 6) * globalScale;
  return max(1, min(0x7e, roundMagnitude(reinterpret<u32>(scale), 3, 7, false, 0)));
}

/** How many codes on either side `fit` tries. */
const NEIGHBOURS = 6;

/** The code among these and its neighbours, the nearest first, whose scale has the least squared error. */
function fittedCode(code: u32, globalScale: f32, src: usize, dst: usize, n: i32, magnitude: u32, back: usize): u32 {
  let best = code;
  let least = Infinity;
  for (let at = 0; at <= 2 * NEIGHBOURS; at++) {
    const apart = (at + 1) >> 1;
    const candidate = (code as i32) + ((at & 1) === 1 ? apart : -apart);
    if (candidate < 1 || candidate > 0x7e) continue;
    const error = blockError(E2M1, src, dst, n, scaleValue(candidate) / globalScale, magnitude, back);
    if (error < least) {
      best = candidate;
      least = error;
    }
  }
  return best;
}

/** As `encodeMx`, with E4M3 scales under one float32 scale of the whole tensor. */
export function encodeNvfp4(
  src: usize,
  dst: usize,
  rows: i32,
  columns: i32,
  size: i32,
  globalScale: f32,
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
      let code = scaleCode(amax, globalScale);
      if (fit) code = fittedCode(code, globalScale, src, dst, n, magnitude, back);
      store<u8>(scales++, code);
      const divisor: f32 = scaleValue(code) / globalScale;
      encodeElements(E2M1, src, dst, n, divisor, magnitude, stochastic, key, index, saturated);
      src += (n as usize) << 2;
      dst += n as usize;
      index += n as u64;
    }
  }
}

/** The inverse: codes one a byte times block scale / global scale. */
export function decodeNvfp4(
  codes: usize,
  values: usize,
  rows: i32,
  columns: i32,
  size: i32,
  globalScale: f32,
  scales: usize,
): void {
  widenElements(E2M1, codes, values, rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column += size) {
      const n = min(size, columns - column);
      scaleBlock(values, n, scaleValue(load<u8>(scales++)) / globalScale);
      values += (n as usize) << 2;
    }
  }
}
