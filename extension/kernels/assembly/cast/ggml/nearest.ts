/** 1.5 x 2^23, its mantissa's mask, and 2^22: `nearestInt` of core/formats/ggml/rounding.ts. */
const CONSTANTS = memory.data<u32>([0x4b400000, 0x7fffff, 0x400000]);

/** Four float32 to the nearest whole numbers, ties to even, as i32. */
export function nearest4(values: v128): v128 {
  const sum = f32x4.add(values, v128.load32_splat(CONSTANTS));
  return i32x4.sub(v128.and(sum, v128.load32_splat(CONSTANTS, 4)), v128.load32_splat(CONSTANTS, 8));
}

/** The same of one. */
export function nearest(value: f32): i32 {
  return ((reinterpret<u32>(value + 12582912) & 0x7fffff) as i32) - 0x400000;
}

/** (value + min) / scale of 16 values to the nearest whole numbers from `least` to `most`, as signed bytes. */
export function nearestCodes(src: usize, min: v128, scale: v128, least: v128, most: v128): v128 {
  const a = nearest4(f32x4.div(f32x4.add(v128.load(src), min), scale));
  const b = nearest4(f32x4.div(f32x4.add(v128.load(src, 16), min), scale));
  const c = nearest4(f32x4.div(f32x4.add(v128.load(src, 32), min), scale));
  const d = nearest4(f32x4.div(f32x4.add(v128.load(src, 48), min), scale));
  const codes = i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
  return i8x16.min_s(i8x16.max_s(codes, least), most);
}
