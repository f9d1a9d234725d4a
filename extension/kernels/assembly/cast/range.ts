import { absMask, isNonFinite } from './constants';

/**
 * Range of n values, added to what `out` holds: f32 min, f32 max (start with +-infinity), u32 NaN and u32 infinite
 * values counted, and four f64 sums of the finite magnitudes by place modulo 4 (pieces but the last are multiples of 4
 * long). A vector pass covers the finite case; one that meets anything else is done again one by one.
 */
export function tensorRange(src: usize, n: i32, out: usize): void {
  const mask = absMask();
  let low = f32x4.splat(load<f32>(out));
  let high = f32x4.splat(load<f32>(out, 4));
  let sumA = v128.load(out, 16);
  let sumB = v128.load(out, 32);
  let odd = i32x4.splat(0);
  const whole = n & ~3;
  const zero = f32x4.splat(0);
  for (let i = 0; i < whole; i += 4) {
    const a = v128.load(src + ((i as usize) << 2));
    low = f32x4.pmin(low, a);
    high = f32x4.pmax(high, a);
    const magnitude = v128.and(a, mask);
    sumA = f64x2.add(sumA, f64x2.promote_low_f32x4(magnitude));
    sumB = f64x2.add(sumB, f64x2.promote_low_f32x4(i64x2.shuffle(magnitude, magnitude, 1, 1)));
    // x - x is NaN exactly where x is not finite.
    odd = v128.or(odd, f32x4.ne(f32x4.sub(a, a), zero));
  }
  let done = whole;
  if (v128.any_true(odd)) {
    done = 0;
  } else {
    store<f32>(out, min(min(lane(low, 0), lane(low, 1)), min(lane(low, 2), lane(low, 3))));
    store<f32>(out, max(max(lane(high, 0), lane(high, 1)), max(lane(high, 2), lane(high, 3))), 4);
    v128.store(out, sumA, 16);
    v128.store(out, sumB, 32);
  }
  for (let i = done; i < n; i++) {
    const value = load<f32>(src + ((i as usize) << 2));
    if (isNaN(value)) store<u32>(out, load<u32>(out, 8) + 1, 8);
    else if (isNonFinite(reinterpret<u32>(value) & 0x7fffffff)) store<u32>(out, load<u32>(out, 12) + 1, 12);
    else {
      store<f32>(out, min(load<f32>(out), value));
      store<f32>(out, max(load<f32>(out, 4), value), 4);
      const sum = out + (((i & 3) as usize) << 3);
      store<f64>(sum, load<f64>(sum, 16) + (abs(value) as f64), 16);
    }
  }
}

function lane(lanes: v128, at: i32): f32 {
  if (at === 0) return f32x4.extract_lane(lanes, 0);
  if (at === 1) return f32x4.extract_lane(lanes, 1);
  return at === 2 ? f32x4.extract_lane(lanes, 2) : f32x4.extract_lane(lanes, 3);
}
