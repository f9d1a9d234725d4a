/** Multiplies n values in place. */
export function scaleBlock(values: usize, n: i32, scale: f32): void {
  const lanes = f32x4.splat(scale);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const at = values + ((i as usize) << 2);
    v128.store(at, f32x4.mul(v128.load(at), lanes));
  }
  for (; i < n; i++) {
    const at = values + ((i as usize) << 2);
    store<f32>(at, load<f32>(at) * scale);
  }
}
