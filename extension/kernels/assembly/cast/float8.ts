import { absMask, largestLane } from './constants';
import { roundNormal, roundQuad, widenQuad } from './small-float';

/**
 * The layout comes in as a type, for which the compiler makes a copy of the function each: u8 stands for e4m3, i8 for
 * e5m2. Shifts by a number that is known then cost one instruction, others three.
 */
function shiftOf<Layout>(): i32 {
  return isSigned<Layout>() ? 21 : 20;
}

/**
 * Casts n values divided by `divisor`, a multiple of 16, all quotients below the format's limit. Returns the largest
 * quotient's bits, which tells. `constants`: half - 1 of the dropped bits less the rebias, 1, smallest normal, magic,
 * sign. Subnormal results are rare in a scaled row, so that looking for them costs less than making them always.
 */
export function encodeFloat8<Layout>(src: usize, dst: usize, n: i32, divisor: f32, constants: usize): u32 {
  const abs = absMask();
  const scale = f32x4.splat(divisor);
  const rebias = v128.load32_splat(constants);
  const one = v128.load32_splat(constants, 4);
  const normal = v128.load32_splat(constants, 8);
  const sign = v128.load32_splat(constants, 16);
  let largest = i32x4.splat(0);
  for (let i = 0; i < n; i += 16) {
    const a = f32x4.div(v128.load(src), scale);
    const b = f32x4.div(v128.load(src, 16), scale);
    const c = f32x4.div(v128.load(src, 32), scale);
    const d = f32x4.div(v128.load(src, 48), scale);
    const x = v128.and(a, abs);
    const y = v128.and(b, abs);
    const z = v128.and(c, abs);
    const w = v128.and(d, abs);
    largest = i32x4.max_s(largest, i32x4.max_s(i32x4.max_s(x, y), i32x4.max_s(z, w)));
    const smallest = i32x4.min_s(i32x4.min_s(x, y), i32x4.min_s(z, w));
    const signs = i8x16.narrow_i16x8_s(
      i16x8.narrow_i32x4_s(i32x4.shr_s(a, 31), i32x4.shr_s(b, 31)),
      i16x8.narrow_i32x4_s(i32x4.shr_s(c, 31), i32x4.shr_s(d, 31)),
    );
    let p: v128, q: v128, r: v128, s: v128;
    if (v128.any_true(i32x4.lt_s(smallest, normal))) {
      const magic = v128.load32_splat(constants, 12);
      p = roundQuad(x, shiftOf<Layout>(), rebias, one, normal, magic);
      q = roundQuad(y, shiftOf<Layout>(), rebias, one, normal, magic);
      r = roundQuad(z, shiftOf<Layout>(), rebias, one, normal, magic);
      s = roundQuad(w, shiftOf<Layout>(), rebias, one, normal, magic);
    } else {
      p = roundNormal(x, shiftOf<Layout>(), rebias, one);
      q = roundNormal(y, shiftOf<Layout>(), rebias, one);
      r = roundNormal(z, shiftOf<Layout>(), rebias, one);
      s = roundNormal(w, shiftOf<Layout>(), rebias, one);
    }
    const codes = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_u(p, q), i16x8.narrow_i32x4_u(r, s));
    v128.store(dst, v128.or(codes, v128.and(signs, sign)));
    src += 64;
    dst += 16;
  }
  return largestLane(largest);
}

/**
 * Exact float32 values of n codes; NaN stays NaN. `constants`: 2^(127 - bias), first special code, the bits that
 * special codes get, magnitude mask.
 */
export function widenFloat8<Layout>(src: usize, dst: usize, n: i32, constants: usize): void {
  const scale = v128.load32_splat(constants);
  const special = v128.load32_splat(constants, 4);
  const exponent = v128.load32_splat(constants, 8);
  const mask = v128.load32_splat(constants, 12);
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    const codes = v128.load8x8_u(src + (i as usize));
    const low = i32x4.extend_low_i16x8_u(codes);
    const high = i32x4.extend_high_i16x8_u(codes);
    const to = dst + ((i as usize) << 2);
    const x = widenQuad(v128.and(low, mask), shiftOf<Layout>(), scale, special, exponent);
    const y = widenQuad(v128.and(high, mask), shiftOf<Layout>(), scale, special, exponent);
    v128.store(to, v128.or(x, i32x4.shl(v128.andnot(low, mask), 24)));
    v128.store(to, v128.or(y, i32x4.shl(v128.andnot(high, mask), 24)), 16);
  }
  for (; i < n; i++) {
    const code = load<u8>(src + (i as usize)) as u32;
    const magnitude = code & 0x7f;
    const value = reinterpret<u32>(reinterpret<f32>(magnitude << shiftOf<Layout>()) * load<f32>(constants));
    const bits = magnitude >= load<u32>(constants, 4) ? value | load<u32>(constants, 8) : value;
    store<u32>(dst + ((i as usize) << 2), bits | ((code & 0x80) << 24));
  }
}
