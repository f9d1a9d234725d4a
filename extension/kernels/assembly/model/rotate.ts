/**
 * Rotary position embedding in place, half-split (transformers' `rotate_half`): of the first `size` elements of a head
 * element i turns with element i + size / 2; the others stay. Then multiplies all by `scale` (1 / sqrt(headDim) for
 * most queries, 1 for keys). `x`: rows `strideX` bytes apart, `heads` heads of `headDim` floats beside each other.
 * `cosines`, `sines`: [rows, size / 2], of the rows' own positions.
 */
export function rotate(
  x: usize,
  strideX: usize,
  rows: i32,
  heads: i32,
  headDim: i32,
  size: i32,
  cosines: usize,
  sines: usize,
  scale: f32,
): void {
  const half = size >> 1;
  const halfBytes = (<usize>half) << 2;
  const scales = f32x4.splat(scale);
  for (let row = 0; row < rows; row++) {
    let head = x;
    for (let h = 0; h < heads; h++) {
      let i = 0;
      for (; i + 4 <= half; i += 4) {
        const at = (<usize>i) << 2;
        const low = head + at;
        const high = low + halfBytes;
        const cos = v128.load(cosines + at);
        const sin = v128.load(sines + at);
        const a = v128.load(low);
        const b = v128.load(high);
        v128.store(low, f32x4.mul(scales, f32x4.sub(f32x4.mul(a, cos), f32x4.mul(b, sin))));
        v128.store(high, f32x4.mul(scales, f32x4.add(f32x4.mul(b, cos), f32x4.mul(a, sin))));
      }
      for (; i < half; i++) {
        const at = (<usize>i) << 2;
        const low = head + at;
        const high = low + halfBytes;
        const cos = load<f32>(cosines + at);
        const sin = load<f32>(sines + at);
        const a = load<f32>(low);
        const b = load<f32>(high);
        store<f32>(low, scale * (a * cos - b * sin));
        store<f32>(high, scale * (b * cos + a * sin));
      }
      if (scale !== 1) {
        for (i = size; i < headDim; i++) {
          const at = head + ((<usize>i) << 2);
          store<f32>(at, scale * load<f32>(at));
        }
      }
      head += (<usize>headDim) << 2;
    }
    x += strideX;
    cosines += halfBytes;
    sines += halfBytes;
  }
}
