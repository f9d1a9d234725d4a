/** n float64 rounded to float32. */
export function widenF64(src: usize, dst: usize, n: i32): void {
  let i = 0;
  for (; i + 2 <= n; i += 2) {
    const pair = f32x4.demote_f64x2_zero(v128.load(src + ((i as usize) << 3)));
    v128.store64_lane(dst + ((i as usize) << 2), pair, 0);
  }
  for (; i < n; i++) store<f32>(dst + ((i as usize) << 2), load<f64>(src + ((i as usize) << 3)) as f32);
}
