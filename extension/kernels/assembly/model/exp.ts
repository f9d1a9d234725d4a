import { madd } from './madd';

/**
 * The constants come from memory: engines rebuild `v128.const` each time round a loop.
 * Coefficients: Cephes, expf.
 */
const TABLE: usize = memory.data<f32>(
  [
    1.44269504088896341, // 1 / ln 2
    -0.693359375, // -ln 2, its first 9 bits
    2.1219444e-4, // and the rest
    1.98756915e-4,
    1.3981999507e-3,
    8.3334519073e-3,
    4.1665795894e-2,
    1.6666665459e-1,
    5.0000001201e-1,
    89, // most: e^x is then infinite
    -176, // least: one of the two factors is then 0, so that no number below the normal ones is computed with
    1,
    12583166, // 1.5 * 2^23 + 254: adding it rounds to a whole number n; the low bits then hold n + 254
  ],
  16,
);

// @ts-ignore: decorator
@inline
function constant(index: usize): v128 {
  return v128.load32_splat(TABLE + (index << 2));
}

/**
 * e^x of four floats, off by less than 0.9 units in the last place of the exact value wherever it is a float, those below
 * the normal numbers included, with and without fused products; 0 below, infinity above, NaN for NaN.
 * `npm run check:exp` goes through all of them.
 * x = n ln 2 + r with ln 2 in two parts (Cody and Waite), a polynomial of degree 7 on |r| <= ln(2) / 2, and 2^n as the
 * product of two powers whose exponents are halves of n, because 2^n alone is not always a normal number.
 * `pmin` and `pmax` are one instruction each and pass on a NaN that stands first.
 */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  const round = constant(12);
  const clamped = f32x4.pmax(f32x4.pmin(x, constant(9)), constant(10));
  const rounded = madd(clamped, constant(0), round);
  const n = f32x4.sub(rounded, round);
  const high = madd(n, constant(1), clamped); // exact
  const low = f32x4.mul(n, constant(2));
  const r = f32x4.add(high, low);
  let p = madd(constant(3), r, constant(4));
  p = madd(p, r, constant(5));
  p = madd(p, r, constant(6));
  p = madd(p, r, constant(7));
  p = madd(p, r, constant(8));
  p = f32x4.add(f32x4.add(madd(p, f32x4.mul(r, r), low), high), constant(11));
  const half = i32x4.shr_u(rounded, 1);
  const first = i32x4.shl(half, 23);
  const second = i32x4.shl(i32x4.sub(rounded, half), 23);
  return f32x4.mul(f32x4.mul(p, first), second);
}

/** e^x in place of `count` floats, a multiple of 4: for the tests of the bound above. */
export function exponentials(x: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) {
    v128.store(x, exp4(v128.load(x)));
    x += 16;
  }
}
