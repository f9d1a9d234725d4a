import { absMask, isNonFinite, largestLane } from './constants';
import { BF16, FP16, exponentBias, largestCode, mantissaBits } from './float-layouts';
import { roundMagnitude } from './round-float';
import { widenFp16 } from './fp16';

/** Dtypes of stored scales, numbered as in kernels/cast-abi.ts. */
export const SCALE_F32: i32 = 0;
export const SCALE_BF16: i32 = 1;
export const SCALE_F16: i32 = 2;

const CODE = memory.data<u16>([0, 0]);
const VALUE = memory.data<f32>([0]);

/** Bits of the largest magnitude of n values, NaN and infinities included. */
export function largestBits(src: usize, n: i32): u32 {
  const abs = absMask();
  let a = i32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  for (; n >= 16; n -= 16) {
    a = i32x4.max_s(a, v128.and(v128.load(src), abs));
    b = i32x4.max_s(b, v128.and(v128.load(src, 16), abs));
    c = i32x4.max_s(c, v128.and(v128.load(src, 32), abs));
    d = i32x4.max_s(d, v128.and(v128.load(src, 48), abs));
    src += 64;
  }
  let largest = largestLane(i32x4.max_s(i32x4.max_s(a, b), i32x4.max_s(c, d)));
  for (; n > 0; n--) {
    largest = max(largest, load<u32>(src) & 0x7fffffff);
    src += 4;
  }
  return largest;
}

/** Largest finite magnitude of n values. */
export function amaxOf(src: usize, n: i32): f32 {
  let largest = largestBits(src, n);
  if (!isNonFinite(largest)) return reinterpret<f32>(largest);
  largest = 0;
  for (let i = 0; i < n; i++) {
    const magnitude = load<u32>(src + ((i as usize) << 2)) & 0x7fffffff;
    if (!isNonFinite(magnitude)) largest = max(largest, magnitude);
  }
  return reinterpret<f32>(largest);
}

/** Largest finite magnitude of a block: n columns of `rows` rows that are `columns` apart. */
export function blockAmax(src: usize, rows: i32, n: i32, columns: i32): f32 {
  let amax: f32 = 0;
  for (let row = 0; row < rows; row++) amax = max(amax, amaxOf(src + (((row * columns) as usize) << 2), n));
  return amax;
}

function layoutOf(dtype: i32): i32 {
  return dtype === SCALE_BF16 ? BF16 : FP16;
}

/** Code of a positive scale in 16 bits, at most the largest finite one. */
function scaleCode(scale: f32, layout: i32): u32 {
  const code = roundMagnitude(reinterpret<u32>(scale), mantissaBits(layout), exponentBias(layout), false, 0);
  return min(code, largestCode(layout));
}

/** A positive scale rounded to its stored dtype; see `roundScale` in core/formats/scaling.ts. */
export function roundScale(scale: f32, dtype: i32): f32 {
  if (dtype === SCALE_F32) return scale;
  const code = scaleCode(scale, layoutOf(dtype));
  if (dtype === SCALE_BF16) return reinterpret<f32>(code << 16);
  store<u16>(CODE, code as u16);
  widenFp16(CODE, VALUE, 1);
  return load<f32>(VALUE);
}

/** Smallest positive scale of a dtype: 2^-149, 2^-133, 2^-24. */
export function smallestScale(dtype: i32): f32 {
  return reinterpret<f32>(dtype === SCALE_F32 ? 1 : dtype === SCALE_BF16 ? 0x10000 : 0x33800000);
}

/** See `storedScale` in core/formats/scaling.ts. */
export function storedScale(amax: f32, largest: f32, dtype: i32): f32 {
  return amax === 0 ? 1 : max(roundScale(amax / largest, dtype), smallestScale(dtype));
}

/** Writes a rounded scale and returns where the next one goes. */
export function writeScale(scale: f32, at: usize, dtype: i32): usize {
  if (dtype === SCALE_F32) {
    store<f32>(at, scale);
    return at + 4;
  }
  store<u16>(at, scaleCode(scale, layoutOf(dtype)) as u16);
  return at + 2;
}

/** The stored scale at an address. */
export function readScale(at: usize, dtype: i32): f32 {
  if (dtype === SCALE_F32) return load<f32>(at);
  if (dtype === SCALE_BF16) return reinterpret<f32>((load<u16>(at) as u32) << 16);
  widenFp16(at, VALUE, 1);
  return load<f32>(VALUE);
}

/** Bytes of one stored scale. */
export function scaleSize(dtype: i32): usize {
  return dtype === SCALE_F32 ? 4 : 2;
}
