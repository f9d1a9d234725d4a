import { exp4 } from './exp';
import { tanh4 } from './tanh';

const TABLE: usize = memory.data<f32>(
  [
    0.3275911, // p
    1.061405429, // a5
    -1.453152027,
    1.421413741,
    -0.284496736,
    0.254829592, // a1
    0.70710678118654752, // 1 / sqrt(2)
    0.5,
    1,
    0.79788456080286536, // sqrt(2 / pi)
    0.044715,
  ],
  16,
);

// @ts-ignore: decorator
@inline
function constant(index: usize): v128 {
  return v128.load32_splat(TABLE + (index << 2));
}

/**
 * x Phi(x) in place, off by less than 3e-7 (or that share of it); `count` is a multiple of 4. Phi is the distribution
 * function of the normal distribution, erfc(-x / sqrt 2) / 2, and erfc(z) = (a1 t + ... + a5 t^5) e^-z^2 with
 * t = 1 / (1 + p z) for z >= 0 (Abramowitz and Stegun 7.1.26, off by less than 1.5e-7).
 */
export function gelu(x: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) {
    const v = v128.load(x);
    const one = constant(8);
    const z = f32x4.mul(f32x4.abs(v), constant(6));
    const t = f32x4.div(one, f32x4.add(one, f32x4.mul(constant(0), z)));
    let p = f32x4.add(f32x4.mul(constant(1), t), constant(2));
    p = f32x4.add(f32x4.mul(p, t), constant(3));
    p = f32x4.add(f32x4.mul(p, t), constant(4));
    p = f32x4.add(f32x4.mul(p, t), constant(5));
    const power = exp4(f32x4.neg(f32x4.mul(z, z)));
    const tail = f32x4.mul(constant(7), f32x4.mul(power, f32x4.mul(p, t)));
    const share = v128.bitselect(tail, f32x4.sub(one, tail), f32x4.lt(v, f32x4.splat(0)));
    v128.store(x, f32x4.mul(v, share));
    x += 16;
  }
}

/**
 * x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2 in place, off by less than 2e-7 (or that share of it); `count` is a
 * multiple of 4.
 */
export function geluTanh(x: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) {
    const v = v128.load(x);
    const half = f32x4.mul(v, constant(7));
    const cube = f32x4.mul(f32x4.mul(v, v), v);
    const inner = f32x4.mul(constant(9), f32x4.add(v, f32x4.mul(constant(10), cube)));
    v128.store(x, f32x4.add(half, f32x4.mul(half, tanh4(inner))));
    x += 16;
  }
}
