/** Four float64 sums of squared errors, by place in the run modulo 4. */
const SUMS = memory.data<f64>([0, 0, 0, 0]);

/** Begins with the errors of another candidate. */
export function clearErrors(): void {
  memory.fill(SUMS, 0, 32);
}

/** The four sums together, in the order of `leastError` in core/formats/scale-fit.ts. */
export function errorSum(): f64 {
  return load<f64>(SUMS) + load<f64>(SUMS, 16) + (load<f64>(SUMS, 8) + load<f64>(SUMS, 24));
}

/** Adds the squared errors of n values; those that are not finite don't count. */
export function addErrors(src: usize, cast: usize, n: i32): void {
  let a = v128.load(SUMS);
  let b = v128.load(SUMS, 16);
  const zero = f32x4.splat(0);
  const whole = n & ~3;
  for (let i = 0; i < whole; i += 4) {
    const x = v128.load(src + ((i as usize) << 2));
    const y = v128.load(cast + ((i as usize) << 2));
    // x - x is zero exactly where x is finite.
    const finite = f32x4.eq(f32x4.sub(x, x), zero);
    const p = v128.and(x, finite);
    const q = v128.and(y, finite);
    const low = f64x2.sub(f64x2.promote_low_f32x4(p), f64x2.promote_low_f32x4(q));
    const high = f64x2.sub(
      f64x2.promote_low_f32x4(i64x2.shuffle(p, p, 1, 1)),
      f64x2.promote_low_f32x4(i64x2.shuffle(q, q, 1, 1)),
    );
    a = f64x2.add(a, f64x2.mul(low, low));
    b = f64x2.add(b, f64x2.mul(high, high));
  }
  v128.store(SUMS, a);
  v128.store(SUMS, b, 16);
  for (let i = whole; i < n; i++) {
    const x = load<f32>(src + ((i as usize) << 2));
    if (x - x !== 0) continue;
    const difference = (x as f64) - (load<f32>(cast + ((i as usize) << 2)) as f64);
    const sum = SUMS + (((i & 3) as usize) << 3);
    store<f64>(sum, load<f64>(sum) + difference * difference);
  }
}
