import { absMask, largestLane } from './constants';
import { DEFINED, DEFINED_CONSTANTS, isFnuz, mantissaBits, signBit } from './float-layouts';
import { roundQuad, widenQuad } from './small-float';

/** Zero, and the quiet NaN. */
const CONSTANTS = memory.data<u32>([0, 0x7fc00000]);

/**
 * Casts n values divided by `divisor`, a multiple of 8, to the defined float: u8 codes, or u16 for more than 8 bits.
 * All quotients are below its limit, or are clamped to its largest value first (`clamped`; NaN then gives any code).
 * Returns the largest quotient's bits, which tells; the shift is not known beforehand, which is what this costs over
 * the casts of one format.
 */
export function encodeDefined(src: usize, dst: usize, n: i32, divisor: f32, clamped: bool): u32 {
  const abs = absMask();
  const scale = f32x4.splat(divisor);
  const rebias = v128.load32_splat(DEFINED_CONSTANTS);
  const one = v128.load32_splat(DEFINED_CONSTANTS, 4);
  const normal = v128.load32_splat(DEFINED_CONSTANTS, 8);
  const magic = v128.load32_splat(DEFINED_CONSTANTS, 12);
  const sign = v128.load32_splat(DEFINED_CONSTANTS, 16);
  const keep = v128.load32_splat(DEFINED_CONSTANTS, 20);
  const most = clamped ? v128.load32_splat(DEFINED_CONSTANTS, 24) : abs;
  const zero = v128.load32_splat(CONSTANTS);
  const shift = 23 - mantissaBits(DEFINED);
  const wide = signBit(DEFINED) > 0x80;
  let largest = i32x4.splat(0);
  for (let i = 0; i < n; i += 8) {
    const a = f32x4.div(v128.load(src), scale);
    const b = f32x4.div(v128.load(src, 16), scale);
    // Bits of magnitudes are ordered as integers.
    const x = i32x4.min_s(v128.and(a, abs), most);
    const y = i32x4.min_s(v128.and(b, abs), most);
    largest = i32x4.max_s(largest, i32x4.max_s(x, y));
    const p = roundQuad(x, shift, rebias, one, normal, magic);
    const q = roundQuad(y, shift, rebias, one, normal, magic);
    const signs = v128.and(v128.and(i32x4.shr_s(a, 31), sign), v128.or(keep, i32x4.ne(p, zero)));
    const others = v128.and(v128.and(i32x4.shr_s(b, 31), sign), v128.or(keep, i32x4.ne(q, zero)));
    const codes = i16x8.narrow_i32x4_u(v128.or(p, signs), v128.or(q, others));
    if (wide) {
      v128.store(dst, codes);
      dst += 16;
    } else {
      v128.store64_lane(dst, i8x16.narrow_i16x8_u(codes, codes), 0);
      dst += 8;
    }
    src += 32;
  }
  return largestLane(largest);
}

/** Exact float32 values of n codes of the defined float. */
export function widenDefined(src: usize, dst: usize, n: i32): void {
  const scale = v128.load32_splat(DEFINED_CONSTANTS, 28);
  const special = v128.load32_splat(DEFINED_CONSTANTS, 32);
  const bits = v128.load32_splat(DEFINED_CONSTANTS, 36);
  const mask = v128.load32_splat(DEFINED_CONSTANTS, 40);
  const sign = v128.load32_splat(DEFINED_CONSTANTS, 16);
  const nan = v128.load32_splat(CONSTANTS, 4);
  const mantissa = mantissaBits(DEFINED);
  const shift = 23 - mantissa;
  const wide = signBit(DEFINED) > 0x80;
  const fnuz = isFnuz(DEFINED);
  const up = clz(signBit(DEFINED)) as i32;
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const from = src + ((i as usize) << (wide ? 1 : 0));
    const codes = wide
      ? v128.load16x4_u(from)
      : i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(from)));
    let value = widenQuad(v128.and(codes, mask), shift, scale, special, bits);
    value = v128.or(value, i32x4.shl(v128.and(codes, sign), up));
    if (fnuz) value = v128.bitselect(nan, value, i32x4.eq(codes, sign));
    v128.store(dst + ((i as usize) << 2), value);
  }
  for (; i < n; i++) {
    const code = wide ? (load<u16>(src + ((i as usize) << 1)) as u32) : (load<u8>(src + (i as usize)) as u32);
    store<u32>(dst + ((i as usize) << 2), valueBits(code, shift, up, fnuz));
  }
}

/** Bits of the value of one code. */
function valueBits(code: u32, shift: i32, up: i32, fnuz: bool): u32 {
  const sign = signBit(DEFINED);
  if (fnuz && code === sign) return load<u32>(CONSTANTS, 4);
  const magnitude = code & (sign - 1);
  const value = reinterpret<u32>(reinterpret<f32>(magnitude << shift) * load<f32>(DEFINED_CONSTANTS, 28));
  const special = magnitude >= load<u32>(DEFINED_CONSTANTS, 32) ? load<u32>(DEFINED_CONSTANTS, 36) : 0;
  return value | special | ((code & sign) << up);
}
