import { PLANES, fitsVector, valueOf } from './codebook-tables';
import { readScale, scaleSize } from './scale';

/** The inverse of `encodeCodebook`: code value * scale, from codes one a byte. */
export function decodeCodebook(
  src: usize,
  dst: usize,
  rows: i32,
  columns: i32,
  size: i32,
  fixed: f32,
  scales: usize,
  scaleDtype: i32,
): void {
  const vector = fitsVector();
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column += size) {
      const n = min(size, columns - column);
      let scale = fixed;
      if (fixed === 0) {
        scale = readScale(scales, scaleDtype);
        scales += scaleSize(scaleDtype);
      }
      let done = 0;
      if (vector) {
        done = n & ~15;
        widen(src, dst, done, scale);
      }
      for (let i = done; i < n; i++) {
        store<f32>(dst + ((i as usize) << 2), valueOf(load<u8>(src + (i as usize)) as i32) * scale);
      }
      src += n as usize;
      dst += (n as usize) << 2;
    }
  }
}

/** n codes below 16, a multiple of 16: the bytes of their values are looked up apart and put together. */
function widen(src: usize, dst: usize, n: i32, scale: f32): void {
  const plane0 = v128.load(PLANES);
  const plane1 = v128.load(PLANES, 16);
  const plane2 = v128.load(PLANES, 32);
  const plane3 = v128.load(PLANES, 48);
  const scales = f32x4.splat(scale);
  for (let i = 0; i < n; i += 16) {
    const codes = v128.load(src + (i as usize));
    const a = i8x16.swizzle(plane0, codes);
    const b = i8x16.swizzle(plane1, codes);
    const c = i8x16.swizzle(plane2, codes);
    const d = i8x16.swizzle(plane3, codes);
    const abLow = i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const abHigh = i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    const cdLow = i8x16.shuffle(c, d, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const cdHigh = i8x16.shuffle(c, d, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    const to = dst + ((i as usize) << 2);
    v128.store(to, f32x4.mul(lowPairs(abLow, cdLow), scales));
    v128.store(to, f32x4.mul(highPairs(abLow, cdLow), scales), 16);
    v128.store(to, f32x4.mul(lowPairs(abHigh, cdHigh), scales), 32);
    v128.store(to, f32x4.mul(highPairs(abHigh, cdHigh), scales), 48);
  }
}

function lowPairs(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23);
}

function highPairs(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31);
}
