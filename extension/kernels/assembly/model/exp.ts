/**
 * The constants come from memory: engines rebuild `v128.const` each time round a loop.
 * Coefficients: Cephes, expf.
 */
const TABLE: usize = memory.data<f32>(
  [
    1.44269504088896341, // 1 / ln 2
    0.693359375, // ln 2, its first 9 bits
    -2.1219444e-4, // and the rest
    1.98756915e-4,
    1.3981999507e-3,
    8.3334519073e-3,
    4.1665795894e-2,
    1.6666665459e-1,
    5.0000001201e-1,
    88.3762626647949, // most
    -87.3365447504019, // least: e^x is then the smallest normal number
    1,
    12582912, // 1.5 * 2^23: adding it rounds to a whole number, which then stands in the low bits
  ],
  16,
);

// @ts-ignore: decorator
@inline
function constant(index: usize): v128 {
  return v128.load32_splat(TABLE + (index << 2));
}

/**
 * e^x of four floats for -87.3 <= x <= 88.3 with a relative error below 1.2e-7; 0 below, e^88.37 above,
 * NaN for NaN. x = n ln 2 + r with ln 2 in two parts (Cody and Waite), a polynomial of degree 7 on
 * |r| <= ln(2) / 2, and n added to the exponent bits, which the clamp keeps those of a normal number.
 * `pmin` and `pmax` are one instruction each and pass on a NaN that stands first.
 */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  const least = constant(10);
  const round = constant(12);
  const clamped = f32x4.pmax(f32x4.pmin(x, constant(9)), least);
  const rounded = f32x4.add(f32x4.mul(clamped, constant(0)), round);
  const n = f32x4.sub(rounded, round);
  const r = f32x4.sub(f32x4.sub(clamped, f32x4.mul(n, constant(1))), f32x4.mul(n, constant(2)));
  let p = f32x4.add(f32x4.mul(constant(3), r), constant(4));
  p = f32x4.add(f32x4.mul(p, r), constant(5));
  p = f32x4.add(f32x4.mul(p, r), constant(6));
  p = f32x4.add(f32x4.mul(p, r), constant(7));
  p = f32x4.add(f32x4.mul(p, r), constant(8));
  p = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), constant(11));
  return v128.andnot(i32x4.add(p, i32x4.shl(rounded, 23)), f32x4.lt(x, least));
}

/** e^x in place of `count` floats, a multiple of 4: for the tests of the bound above. */
export function exponentials(x: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) {
    v128.store(x, exp4(v128.load(x)));
    x += 16;
  }
}
