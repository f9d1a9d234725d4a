import { absMask, isNonFinite, largestLane } from './constants';
import { encodeIntegers, encodeIntegersCarefully, widenInt8 } from './integer';
import { randomBits } from './random';
import { roundMagnitude } from './round-float';
import { roundQuad } from './small-float';
import { widenE4m3 } from './e4m3';
import { widenE5m2 } from './e5m2';
import { SMALL_TABLES, widenSmall } from './mx-small';

/** Elements of block-scaled formats, numbered as in kernels/cast-abi.ts. */
export const E4M3: i32 = 0;
export const E5M2: i32 = 1;
export const E2M3: i32 = 2;
export const E3M2: i32 = 3;
export const E2M1: i32 = 4;
export const INT8: i32 = 5;

/** What one unit of an int8 code counts: 2^-6. */
export const INT8_STEP: f32 = 0.015625;

/**
 * A row an element: half - 1 of the dropped bits less the rebias, 1, smallest normal, magic, sign in every byte, bits
 * of the largest value, of the smallest magnitude that rounds beyond it, mantissa bits, exponent bias, NaN code.
 */
const COLUMNS = 10;
const ROWS = memory.data<u32>([
  0xc407ffff, 1, 0x3c800000, 0x46800000, 0x80808080, 0x43e00000, 0x43e80001, 3, 7, 0x7f, 0xc80fffff, 1, 0x38800000,
  0x43000000, 0x80808080, 0x47600000, 0x47700000, 2, 15, 0x7e, 0xc107ffff, 1, 0x3f800000, 0x49800000, 0x20202020,
  0x40f00000, 0x40f80000, 3, 1, 0, 0xc20fffff, 1, 0x3e800000, 0x49000000, 0x20202020, 0x41e00000, 0x41f00000, 2, 3, 0,
  0xc11fffff, 1, 0x3f800000, 0x4a800000, 0x08080808, 0x40c00000, 0x40e00000, 1, 1, 0,
]);

export function rowOf(element: i32): usize {
  return ROWS + ((element * COLUMNS * 4) as usize);
}

/** Largest value of an element. */
export function largestElement(element: i32): f32 {
  return element === INT8 ? 1.984375 : load<f32>(rowOf(element), 20);
}

/** Bits of the largest magnitude of n values, whatever they hold. */
export function largestMagnitude(src: usize, n: i32): u32 {
  const abs = absMask();
  let lanes = i32x4.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) lanes = i32x4.max_s(lanes, v128.and(v128.load(src + ((i as usize) << 2)), abs));
  let largest = largestLane(lanes);
  for (; i < n; i++) largest = max(largest, load<u32>(src + ((i as usize) << 2)) & 0x7fffffff);
  return largest;
}

/** The type stands for the shift, as in float8.ts: u8 for 20 bits, i8 for 21, i16 for 22. */
function shiftOf<Shift>(): i32 {
  if (sizeof<Shift>() === 2) return 22;
  return isSigned<Shift>() ? 21 : 20;
}

/** Casts n finite values divided by `divisor`, a multiple of 16, to small floats one a byte, clamped to the largest. */
export function encodeSmall<Shift>(src: usize, dst: usize, n: i32, divisor: f32, row: usize): void {
  const abs = absMask();
  const scale = f32x4.splat(divisor);
  const rebias = v128.load32_splat(row);
  const one = v128.load32_splat(row, 4);
  const normal = v128.load32_splat(row, 8);
  const magic = v128.load32_splat(row, 12);
  const sign = v128.load32_splat(row, 16);
  const largest = v128.load32_splat(row, 20);
  for (let i = 0; i < n; i += 16) {
    const a = f32x4.div(v128.load(src), scale);
    const b = f32x4.div(v128.load(src, 16), scale);
    const c = f32x4.div(v128.load(src, 32), scale);
    const d = f32x4.div(v128.load(src, 48), scale);
    const signs = i8x16.narrow_i16x8_s(
      i16x8.narrow_i32x4_s(i32x4.shr_s(a, 31), i32x4.shr_s(b, 31)),
      i16x8.narrow_i32x4_s(i32x4.shr_s(c, 31), i32x4.shr_s(d, 31)),
    );
    const x = i32x4.min_s(v128.and(a, abs), largest);
    const y = i32x4.min_s(v128.and(b, abs), largest);
    const z = i32x4.min_s(v128.and(c, abs), largest);
    const w = i32x4.min_s(v128.and(d, abs), largest);
    const p = roundQuad(x, shiftOf<Shift>(), rebias, one, normal, magic);
    const q = roundQuad(y, shiftOf<Shift>(), rebias, one, normal, magic);
    const r = roundQuad(z, shiftOf<Shift>(), rebias, one, normal, magic);
    const s = roundQuad(w, shiftOf<Shift>(), rebias, one, normal, magic);
    const codes = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_u(p, q), i16x8.narrow_i32x4_u(r, s));
    v128.store(dst, v128.or(codes, v128.and(signs, sign)));
    src += 64;
    dst += 16;
  }
}

/** How many of n values, a multiple of 4 and finite, are, divided, at least `limit`. */
function countSaturated(src: usize, n: i32, divisor: f32, limit: f32): u32 {
  const divisors = f32x4.splat(divisor);
  const limits = f32x4.splat(limit);
  let count = 0;
  for (const end = src + ((n as usize) << 2); src < end; src += 16) {
    count += popcnt(i32x4.bitmask(f32x4.ge(f32x4.abs(f32x4.div(v128.load(src), divisors)), limits)));
  }
  return count as u32;
}

/** Smallest magnitude that rounds beyond the largest element. */
export function saturationLimit(element: i32): f32 {
  return element === INT8 ? 1.9921875 : load<f32>(rowOf(element), 24);
}

/** The same cast one by one, whatever the values hold; see core/formats/block-scaled/mx-elements.ts. */
function encodeSmallCarefully(
  src: usize,
  dst: usize,
  n: i32,
  divisor: f32,
  row: usize,
  stochastic: bool,
  key: u32,
  first: u64,
  saturated: usize,
): void {
  const mantissa = load<i32>(row, 28);
  const bias = load<i32>(row, 32);
  const sign = load<u8>(row, 16) as u32;
  const largest = roundMagnitude(load<u32>(row, 20), mantissa, bias, false, 0);
  let overflows: u32 = 0;
  for (let i = 0; i < n; i++) {
    const bits = reinterpret<u32>(load<f32>(src + ((i as usize) << 2)) / divisor);
    const magnitude = bits & 0x7fffffff;
    let code = largest;
    if (magnitude > 0x7f800000) code = load<u32>(row, 36);
    else if (magnitude !== 0x7f800000) {
      const random: u32 = stochastic ? randomBits(key, first + (i as u64)) : 0;
      code = roundMagnitude(magnitude, mantissa, bias, stochastic, random);
      if (code > largest) {
        code = largest;
        overflows++;
      }
    }
    store<u8>(dst + (i as usize), code | (bits >> 31 !== 0 ? sign : 0));
  }
  store<u32>(saturated, load<u32>(saturated) + overflows);
}

/**
 * Casts n values divided by `divisor` to an element, one code a byte. `magnitude` holds the bits of their largest
 * magnitude. Overflows of finite values are added to the u32 at `saturated`; `first` is the row-major index in the
 * tensor of the first value.
 */
export function encodeElements(
  element: i32,
  src: usize,
  dst: usize,
  n: i32,
  divisor: f32,
  magnitude: u32,
  stochastic: bool,
  key: u32,
  first: u64,
  saturated: usize,
): void {
  let done = stochastic || isNonFinite(magnitude) ? 0 : n & ~15;
  const row = rowOf(element);
  if (element === INT8) {
    const step = divisor * INT8_STEP;
    if (done > 0 && encodeIntegers(src, dst, done, step) > 127) done = 0;
    const from = src + ((done as usize) << 2);
    const index = first + (done as u64);
    const to = dst + (done as usize);
    encodeIntegersCarefully(from, to, n - done, step, 127, stochastic, key, index, saturated);
    return;
  }
  if (done > 0) {
    if (element === E2M1) encodeSmall<i16>(src, dst, done, divisor, row);
    else if (element === E4M3 || element === E2M3) encodeSmall<u8>(src, dst, done, divisor, row);
    else encodeSmall<i8>(src, dst, done, divisor, row);
    const limit = load<f32>(row, 24);
    if (reinterpret<f32>(magnitude) / divisor >= limit) {
      store<u32>(saturated, load<u32>(saturated) + countSaturated(src, done, divisor, limit));
    }
  }
  if (done < n) {
    const from = src + ((done as usize) << 2);
    const index = first + (done as u64);
    encodeSmallCarefully(from, dst + (done as usize), n - done, divisor, row, stochastic, key, index, saturated);
  }
}

/** n codes of an element, one a byte, as float32; int8 codes as whole numbers. */
export function widenElements(element: i32, src: usize, dst: usize, n: i32): void {
  if (element === E4M3) widenE4m3(src, dst, n);
  else if (element === E5M2) widenE5m2(src, dst, n);
  else if (element === INT8) widenInt8(src, dst, n);
  else widenSmall(src, dst, n, SMALL_TABLES + (((element - E2M3) as usize) << 6), load<u8>(rowOf(element), 16));
}

/** Fills the tables of the elements with at most 6 bits; called once before anything else. */
export function prepareElements(): void {
  for (let element = E2M3; element <= E2M1; element++) {
    const row = rowOf(element);
    const tables = SMALL_TABLES + (((element - E2M3) as usize) << 6);
    const shift = 23 - load<i32>(row, 28);
    const scale = reinterpret<f32>((254 - load<u32>(row, 32)) << 23);
    for (let code: u32 = 0; code < 32; code++) {
      const bits = reinterpret<u32>(reinterpret<f32>(code << shift) * scale);
      store<u8>(tables + (code as usize), bits >> 16);
      store<u8>(tables + (code as usize), bits >> 24, 32);
    }
  }
}
