import { exp4 } from './exp';

/** Coefficients: Cephes, tanhf. */
const TABLE: usize = memory.data<f32>(
  [
    -5.70498872745e-3,
    2.06390887954e-2,
    -5.37397155531e-2,
    1.33314422036e-1,
    -3.33332819422e-1,
    0.625, // below it the polynomial
    1,
    2,
  ],
  16,
);

// @ts-ignore: decorator
@inline
function constant(index: usize): v128 {
  return v128.load32_splat(TABLE + (index << 2));
}

/**
 * tanh of four floats, off by less than 1.4 units in the last place: x + x^3 P(x^2) near 0,
 * sign(x) (1 - 2 / (e^2|x| + 1)) beyond; 1 and -1 far out, NaN for NaN.
 */
// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  const z = f32x4.mul(x, x);
  let p = f32x4.add(f32x4.mul(constant(0), z), constant(1));
  p = f32x4.add(f32x4.mul(p, z), constant(2));
  p = f32x4.add(f32x4.mul(p, z), constant(3));
  p = f32x4.add(f32x4.mul(p, z), constant(4));
  const near = f32x4.add(f32x4.mul(f32x4.mul(p, z), x), x);
  const size = f32x4.abs(x);
  const one = constant(6);
  const power = exp4(f32x4.add(size, size));
  const far = f32x4.sub(one, f32x4.div(constant(7), f32x4.add(power, one)));
  const sign = v128.xor(x, size);
  return v128.bitselect(near, v128.or(far, sign), f32x4.lt(size, constant(5)));
}

/** x = cap tanh(x / cap) in place; `count` is a multiple of 4. */
export function softcap(x: usize, cap: f32, count: i32): void {
  const caps = f32x4.splat(cap);
  for (let i = 0; i < count; i += 4) {
    v128.store(x, f32x4.mul(caps, tanh4(f32x4.div(v128.load(x), caps))));
    x += 16;
  }
}
