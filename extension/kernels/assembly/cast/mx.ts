import { isNonFinite, laneSum } from './constants';
import { widenE2m1 } from './e2m1-grid';
import { widenScaledE4m3 } from './e4m3';
import { widenScaledE5m2 } from './e5m2';
import { e8m0Code, e8m0Value, floorLog2, powerOfTwo } from './e8m0';
import { encodeE2m1Blocks, encodeEightBitBlocks, encodeInt8Blocks, encodeSixBitBlocks } from './element-blocks';
import {
  E2M1,
  E2M3,
  E3M2,
  E4M3,
  E5M2,
  INT8,
  encodeElements,
  largestElement,
  largestMagnitude,
  saturationLimit,
  widenElements,
} from './mx-elements';
import { blockError } from './mx-fit';
import { AMAXES, FACTORS, MAGNITUDES, SCALES, TOGETHER, findAmaxes } from './run-scales';
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

/** Exponents by which the elements of `encodeEightBitBlocks` are moved down, and int8 up. */
function shiftDown(element: i32): i32 {
  if (element === E4M3) return 120;
  if (element === E5M2) return 112;
  return element === INT8 ? -6 : 0;
}

const SMALLEST_NORMAL: u32 = 0x800000;

/** Bits of all but the exponent; the largest code; exponents. */
const CONSTANTS = memory.data<u32>([0x7fffff, 254, 0x7f800000]);

const PLACES = memory.data<u32>([0, 1, 2, 3], 16);

/** -1 for the runs that `FACTORS` are no good for, 1 for others where something saturates. */
const APART = memory.data(TOGETHER * 4, 16);

/**
 * E8M0 codes of the runs of `findAmaxes`, as `scaleCode` has them, to `scales`; to `FACTORS` what values are to be
 * multiplied by, and to `APART` where that will not do. Returns whether `encodeBlocks` leaves anything to be done for them.
 */
function storeCodes(runs: i32, element: i32, up: bool, scales: usize): bool {
  const zero = i32x4.splat(0);
  const most = v128.load32_splat(CONSTANTS, 4);
  const infinity = v128.load32_splat(CONSTANTS, 8);
  const below = v128.load32_splat(CONSTANTS);
  const one = i32x4.splat(1);
  const largest = i32x4.splat(reinterpret<i32>(largestElement(element)));
  const exponent = i32x4.splat(largestExponent(element));
  const middle = i32x4.splat(254 - shiftDown(element));
  const limit = f32x4.splat(saturationLimit(element) * powerOfTwo(-shiftDown(element)));
  const counted = countsClamped(element);
  let any = zero;
  for (let run = 0; run < runs; run += 4) {
    const at = (run as usize) << 2;
    const amax = v128.load(AMAXES + at);
    let apart = i32x4.ge_s(v128.load(MAGNITUDES + at), infinity);
    let code: v128;
    if (up) {
      // Whole powers of two up from the largest element. Bits of subnormal floats don't compare like that.
      code = i32x4.add(i32x4.shr_s(i32x4.add(i32x4.sub(amax, largest), below), 23), i32x4.splat(127));
      apart = v128.or(apart, i32x4.lt_u(i32x4.sub(amax, one), below));
    } else code = i32x4.sub(i32x4.shr_u(amax, 23), exponent);
    const stored = i32x4.min_s(i32x4.max_s(code, zero), most);
    const power = i32x4.sub(middle, stored);
    apart = v128.or(apart, v128.or(i32x4.le_s(power, zero), i32x4.gt_s(power, most)));
    const factor = i32x4.shl(power, 23);
    apart = v128.or(apart, v128.and(f32x4.ge(f32x4.mul(amax, factor), limit), one));
    v128.store(FACTORS + at, factor);
    v128.store(APART + at, apart);
    if (counted) apart = i32x4.lt_s(apart, zero);
    if (run + 4 <= runs) any = v128.or(any, apart);
    else any = v128.or(any, v128.and(apart, i32x4.lt_s(v128.load(PLACES), i32x4.splat(runs - run))));
    v128.store(SCALES + at, stored);
  }
  for (let run = 0; run < runs; run++) store<u8>(scales + (run as usize), load<u8>(SCALES + ((run as usize) << 2)));
  return v128.any_true(any);
}

/** Casts whole blocks, and returns how many values of E2M1, E4M3 and E5M2 were clamped. */
function encodeBlocks(element: i32, src: usize, dst: usize, blocks: i32, size: i32): u32 {
  if (element === E2M1) return encodeE2m1Blocks(src, dst, blocks, size, FACTORS);
  if (element === E4M3) return encodeEightBitBlocks<u8>(src, dst, blocks, size, FACTORS);
  if (element === E5M2) return encodeEightBitBlocks<i8>(src, dst, blocks, size, FACTORS);
  if (element === E2M3) encodeSixBitBlocks<u8>(src, dst, blocks, size, FACTORS);
  else if (element === E3M2) encodeSixBitBlocks<i8>(src, dst, blocks, size, FACTORS);
  else encodeInt8Blocks(src, dst, blocks, size, FACTORS);
  return 0;
}

/** Whether `encodeBlocks` counts what it clamps. */
function countsClamped(element: i32): bool {
  return element === E2M1 || element === E4M3 || element === E5M2;
}

/** Adds those of n values, a multiple of 16, whose products are at least `limit` to the u32 at `saturated`. */
function countSaturated(src: usize, n: i32, factor: usize, limit: f32, saturated: usize): void {
  const scale = v128.load32_splat(factor);
  const limits = f32x4.splat(limit);
  let count = i32x4.splat(0);
  for (const end = src + ((n as usize) << 2); src < end; src += 16) {
    count = i32x4.sub(count, f32x4.ge(f32x4.abs(f32x4.mul(v128.load(src), scale)), limits));
  }
  store<u32>(saturated, load<u32>(saturated) + laneSum(count));
}

/** The most usual case, many blocks at a time: to nearest, scales by largest magnitudes. */
function encodeMany(
  element: i32,
  src: usize,
  dst: usize,
  rows: i32,
  columns: i32,
  size: i32,
  up: bool,
  scales: usize,
  saturated: usize,
): void {
  const limit = saturationLimit(element) * powerOfTwo(-shiftDown(element));
  const together = size < columns ? size * TOGETHER : columns;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column += together) {
      const n = min(together, columns - column);
      const runs = (n + size - 1) / size;
      findAmaxes(src, n, size);
      const any = storeCodes(runs, element, up, scales);
      const blocks = (size & 15) === 0 ? n / size : 0;
      const clamped = encodeBlocks(element, src, dst, blocks, size);
      if (!any) store<u32>(saturated, load<u32>(saturated) + clamped);
      for (let run = any ? 0 : blocks; run < runs; run++) {
        const start = (run * size) as usize;
        const from = src + (start << 2);
        const length = min(size, n - run * size);
        const apart = load<i32>(APART + ((run as usize) << 2));
        if (run < blocks && apart >= 0) {
          if (apart > 0) countSaturated(from, length, FACTORS + ((run as usize) << 2), limit, saturated);
          continue;
        }
        const magnitude = load<u32>(MAGNITUDES + ((run as usize) << 2));
        let code = load<u8>(scales + (run as usize)) as i32;
        if (up && magnitude < SMALLEST_NORMAL) {
          code = scaleCode(reinterpret<f32>(magnitude), element, up);
          store<u8>(scales + (run as usize), code);
        }
        encodeElements(element, from, dst + start, length, e8m0Value(code, 0), magnitude, false, 0, 0, saturated);
      }
      scales += runs as usize;
      src += (n as usize) << 2;
      dst += n as usize;
    }
  }
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
  if (!fit && !stochastic) {
    encodeMany(element, src, dst, rows, columns, size, up, scales, saturated);
    return;
  }
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
  const scaled = element === E4M3 || element === E5M2 || element === E2M1;
  if (!scaled) widenElements(element, codes, values, rows * columns);
  const shift = element === INT8 ? -6 : 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column += size) {
      const n = min(size, columns - column);
      const scale = e8m0Value(load<u8>(scales++), shift);
      if (element === E4M3) widenScaledE4m3(codes, values, n, scale);
      else if (element === E5M2) widenScaledE5m2(codes, values, n, scale);
      else if (element === E2M1) widenE2m1(codes, values, n, scale);
      else scaleBlock(values, n, scale);
      codes += n as usize;
      values += (n as usize) << 2;
    }
  }
}
