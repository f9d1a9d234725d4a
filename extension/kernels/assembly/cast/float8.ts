import { absMask, largestLane } from './constants';
import { scaleValues } from './scale-runs';
import { roundNormal, roundQuad, widenQuad } from './small-float';

/**
 * The layout comes in as a type, for which the compiler makes a copy of the function each: u8 stands for e4m3, i8 for
 * e5m2. Shifts by a number that is known then cost one instruction, others three.
 */
function shiftOf<Layout>(): i32 {
  return isSigned<Layout>() ? 21 : 20;
}

/** 2^-90 and 2^90: between them reciprocals are normal, and so are products with them of values in range. */
const SMALLEST_DIVISOR: f32 = 8.077935669463161e-28;
const LARGEST_DIVISOR: f32 = 1.2379400392853803e27;

/** One that is loaded is not computed anew in every round of a loop. */
const FACTOR = memory.data<f32>([0]);

/** Values that are divided together when one of them has to be. */
const RUN = 128;

/**
 * Casts n values divided by `divisor`, a multiple of 16. Returns bits of a quotient beyond the format's limit if there is
 * one, and lower ones if not. Multiplies by the reciprocal instead. The product is at most four units in the last place
 * from the quotient; where a tie is as near as that, or a code is subnormal, a run is divided after all.
 *
 * `exact` is for `divideFloat8`. `quick`: a power of two that moves the exponents of normal codes to where the upper bit
 * of a float's exponent is set, so that a code is the lowest seven of the bits that stay; half of the bits that go, and
 * four; eight in the upper ones of those; smallest normal code and largest code in the upper bits of 16; seven bits; sign; the
 * upper ones of the bits that go, for `encodeBoundedFloat8`.
 */
export function encodeFloat8<Layout>(src: usize, dst: usize, n: i32, divisor: f32, exact: usize, quick: usize): u32 {
  const regular = divisor > SMALLEST_DIVISOR && divisor < LARGEST_DIVISOR;
  if (!regular) return divideFloat8<Layout>(src, dst, n, divisor, exact);
  store<f32>(FACTOR, (1 / divisor) * load<f32>(quick));
  const factor = v128.load32_splat(FACTOR);
  const half = v128.load32_splat(quick, 4);
  const near = v128.load32_splat(quick, 8);
  const smallest = v128.load32_splat(quick, 12);
  const most = v128.load32_splat(quick, 16);
  const seven = v128.load32_splat(quick, 20);
  const sign = v128.load32_splat(quick, 24);
  let largest: u32 = 0;
  while (n > 0) {
    const run = min(n, RUN);
    let dropped = i32x4.splat(-1);
    let low = dropped;
    let high = i32x4.splat(0);
    for (let i = 0; i < run; i += 16) {
      const a = i32x4.add(f32x4.mul(v128.load(src), factor), half);
      const b = i32x4.add(f32x4.mul(v128.load(src, 16), factor), half);
      const c = i32x4.add(f32x4.mul(v128.load(src, 32), factor), half);
      const d = i32x4.add(f32x4.mul(v128.load(src, 48), factor), half);
      const rest = 32 - shiftOf<Layout>();
      dropped = i32x4.min_u(dropped, i32x4.min_u(i32x4.shl(a, rest), i32x4.shl(b, rest)));
      dropped = i32x4.min_u(dropped, i32x4.min_u(i32x4.shl(c, rest), i32x4.shl(d, rest)));
      const x = i16x8.narrow_i32x4_s(i32x4.shr_s(a, shiftOf<Layout>()), i32x4.shr_s(b, shiftOf<Layout>()));
      const y = i16x8.narrow_i32x4_s(i32x4.shr_s(c, shiftOf<Layout>()), i32x4.shr_s(d, shiftOf<Layout>()));
      const p = i16x8.shl(x, shiftOf<Layout>() - 15);
      const q = i16x8.shl(y, shiftOf<Layout>() - 15);
      low = i16x8.min_u(low, i16x8.min_u(p, q));
      high = i16x8.max_u(high, i16x8.max_u(p, q));
      const codes = i8x16.narrow_i16x8_u(v128.and(x, seven), v128.and(y, seven));
      // Saturated, what is negative is -128 and the others 127.
      v128.store(dst, v128.or(codes, v128.and(i8x16.narrow_i16x8_s(x, y), sign)));
      src += 64;
      dst += 16;
    }
    const beyond = v128.or(i16x8.lt_u(low, smallest), i16x8.gt_u(high, most));
    if (v128.any_true(v128.or(beyond, i32x4.le_u(dropped, near)))) {
      const back = run as usize;
      largest = max(largest, divideFloat8<Layout>(src - (back << 2), dst - back, run, divisor, exact));
    }
    n -= run;
  }
  return largest;
}

/**
 * The same where all quotients are known to be below the limit, and the factor at `product` makes the exponent of a code
 * the whole exponent of a float: subnormal codes come from subnormal floats, and need no more than others.
 */
export function encodeBoundedFloat8<Layout>(
  src: usize,
  dst: usize,
  n: i32,
  divisor: f32,
  exact: usize,
  quick: usize,
  product: usize,
): void {
  const factor = v128.load32_splat(product);
  const half = v128.load32_splat(quick, 4);
  const apart = v128.load32_splat(quick, 28);
  const seven = v128.load32_splat(quick, 20);
  const none = i32x4.splat(0);
  while (n > 0) {
    const run = min(n, RUN);
    let dropped = i32x4.splat(-1);
    for (let i = 0; i < run; i += 16) {
      const a = i32x4.add(f32x4.mul(v128.load(src), factor), half);
      const b = i32x4.add(f32x4.mul(v128.load(src, 16), factor), half);
      const c = i32x4.add(f32x4.mul(v128.load(src, 32), factor), half);
      const d = i32x4.add(f32x4.mul(v128.load(src, 48), factor), half);
      dropped = i32x4.min_u(dropped, i32x4.min_u(v128.and(a, apart), v128.and(b, apart)));
      dropped = i32x4.min_u(dropped, i32x4.min_u(v128.and(c, apart), v128.and(d, apart)));
      const x = i16x8.narrow_i32x4_s(i32x4.shr_s(a, shiftOf<Layout>()), i32x4.shr_s(b, shiftOf<Layout>()));
      const y = i16x8.narrow_i32x4_s(i32x4.shr_s(c, shiftOf<Layout>()), i32x4.shr_s(d, shiftOf<Layout>()));
      const codes = i8x16.narrow_i16x8_u(v128.and(x, seven), v128.and(y, seven));
      // Saturated, what is negative is -128, and what is not is the code itself.
      v128.store(dst, v128.or(codes, i8x16.narrow_i16x8_s(x, y)));
      src += 64;
      dst += 16;
    }
    if (v128.any_true(i32x4.eq(dropped, none))) {
      const back = run as usize;
      divideFloat8<Layout>(src - (back << 2), dst - back, run, divisor, exact);
    }
    n -= run;
  }
}

/**
 * Casts n values divided by `divisor`, a multiple of 16, all quotients below the format's limit. Returns the largest
 * quotient's bits, which tells. `constants`: half - 1 of the dropped bits less the rebias, 1, smallest normal, magic,
 * sign. Subnormal results are rare in a scaled row, so that looking for them costs less than making them always.
 */
function divideFloat8<Layout>(src: usize, dst: usize, n: i32, divisor: f32, constants: usize): u32 {
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
    // Saturation keeps the sign.
    const signs = i8x16.narrow_i16x8_s(
      i16x8.narrow_i32x4_s(a, b),
      i16x8.narrow_i32x4_s(c, d),
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

/**
 * Exact float32 values of n codes times `scale`, in one go where it can be: a code's bits in place are the value times a
 * power of two, which `scale` takes back. `constants`: those of `widenFloat8`; then the bits of a word that hold a code
 * moved into place, the special codes from this on, and seven bits.
 */
export function widenScaledFloat8<Layout>(src: usize, dst: usize, n: i32, scale: f32, constants: usize): void {
  const factor: f32 = scale * load<f32>(constants);
  const whole = factor < MOST_FACTOR && factor > LEAST_FACTOR ? n & ~15 : 0;
  store<f32>(FACTOR, factor);
  const factors = v128.load32_splat(FACTOR);
  const place = v128.load32_splat(constants, 16);
  const special = v128.load32_splat(constants, 20);
  const seven = v128.load32_splat(constants, 24);
  const zero = i32x4.splat(0);
  let done = 0;
  for (; done < whole; done += 16) {
    const codes = v128.load(src + (done as usize));
    if (v128.any_true(i8x16.ge_u(v128.and(codes, seven), special))) break;
    const a = i8x16.shuffle(zero, codes, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const b = i8x16.shuffle(zero, codes, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    const low = v128.and(i16x8.shr_s(a, shiftOf<Layout>() === 20 ? 4 : 3), place);
    const high = v128.and(i16x8.shr_s(b, shiftOf<Layout>() === 20 ? 4 : 3), place);
    const to = dst + ((done as usize) << 2);
    v128.store(to, f32x4.mul(i16x8.shuffle(zero, low, 0, 8, 1, 9, 2, 10, 3, 11), factors));
    v128.store(to, f32x4.mul(i16x8.shuffle(zero, low, 4, 12, 5, 13, 6, 14, 7, 15), factors), 16);
    v128.store(to, f32x4.mul(i16x8.shuffle(zero, high, 0, 8, 1, 9, 2, 10, 3, 11), factors), 32);
    v128.store(to, f32x4.mul(i16x8.shuffle(zero, high, 4, 12, 5, 13, 6, 14, 7, 15), factors), 48);
  }
  const skip = done as usize;
  widenFloat8<Layout>(src + skip, dst + (skip << 2), n - done, constants);
  scaleValues(dst + (skip << 2), n - done, scale, 0);
}

/** Factors between which a scale was not rounded when it was multiplied. */
const MOST_FACTOR: f32 = 1e38;
const LEAST_FACTOR: f32 = 1e-37;
