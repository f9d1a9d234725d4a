/** Counts of floats are multiples of 4; everything happens in place. */

/** y += x. */
export function add(x: usize, y: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) {
    v128.store(y, f32x4.add(v128.load(y), v128.load(x)));
    x += 16;
    y += 16;
  }
}

/** y *= x. */
export function multiply(x: usize, y: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) {
    v128.store(y, f32x4.mul(v128.load(y), v128.load(x)));
    x += 16;
    y += 16;
  }
}

/** x *= factor. */
export function scale(x: usize, factor: f32, count: i32): void {
  const factors = f32x4.splat(factor);
  for (let i = 0; i < count; i += 4) {
    v128.store(x, f32x4.mul(v128.load(x), factors));
    x += 16;
  }
}

/** max(x, 0); NaN for NaN. */
export function relu(x: usize, count: i32): void {
  const zero = f32x4.splat(0);
  for (let i = 0; i < count; i += 4) {
    v128.store(x, f32x4.max(v128.load(x), zero));
    x += 16;
  }
}
