import { absMask, laneSum, largestLane } from './constants';

/**
 * Adds the errors of rows of a cast to the sums at `out`: f64 signal, f64 noise, f64 largest error, then u32 flushed,
 * NaN and infinite values. Adds in the order of core/analysis/measure-cast.ts, which see.
 */
export function measureRows(source: usize, cast: usize, rows: i32, columns: i32, out: usize): void {
  for (let row = 0; row < rows; row++) {
    if (!measureShort(source, cast, columns, out) && !areZeros(source, cast, columns)) {
      measureLong(source, cast, columns, out);
    }
    source += (columns as usize) << 2;
    cast += (columns as usize) << 2;
  }
}

/** Bytes of the columns whose squares are added in float32. */
const SHORT: usize = 128;

const LEAST_SIGNAL: f64 = 8.673617379884035e-19;
const LEAST_ERROR: f32 = 9.313225746154785e-10;

/** The last columns of a row, after which there are zeros. */
const LAST = memory.data(32, 16);

/** A row by sums in float32 that go to float64; false for one that has to be added in float64. */
function measureShort(source: usize, cast: usize, columns: i32, out: usize): bool {
  const zero = f32x4.splat(0);
  const abs = absMask();
  const apart = cast - source;
  let signalA = f64x2.splat(0);
  let signalB = f64x2.splat(0);
  let noiseA = f64x2.splat(0);
  let noiseB = f64x2.splat(0);
  let largest = i32x4.splat(0);
  let flushed = i32x4.splat(0);
  const whole = source + (((columns & ~3) as usize) << 2);
  const rest = columns & 3;
  let at = source;
  while (at < whole) {
    const end = min(at + SHORT, whole);
    let signal = zero;
    let noise = zero;
    for (; at < end; at += 16) {
      const x = v128.load(at);
      const y = v128.load(at + apart);
      const difference = f32x4.sub(x, y);
      signal = f32x4.add(signal, f32x4.mul(x, x));
      noise = f32x4.add(noise, f32x4.mul(difference, difference));
      largest = i32x4.max_s(largest, v128.and(difference, abs));
      flushed = i32x4.sub(flushed, v128.and(f32x4.eq(y, zero), f32x4.ne(x, zero)));
    }
    signalA = f64x2.add(signalA, f64x2.promote_low_f32x4(signal));
    signalB = f64x2.add(signalB, f64x2.promote_low_f32x4(upper(signal)));
    noiseA = f64x2.add(noiseA, f64x2.promote_low_f32x4(noise));
    noiseB = f64x2.add(noiseB, f64x2.promote_low_f32x4(upper(noise)));
  }
  if (rest > 0) {
    memory.fill(LAST, 0, 32);
    memory.copy(LAST, at, (rest as usize) << 2);
    memory.copy(LAST + 16, at + apart, (rest as usize) << 2);
    const x = v128.load(LAST);
    const y = v128.load(LAST, 16);
    const difference = f32x4.sub(x, y);
    const signal = f32x4.mul(x, x);
    const noise = f32x4.mul(difference, difference);
    largest = i32x4.max_s(largest, v128.and(difference, abs));
    flushed = i32x4.sub(flushed, v128.and(f32x4.eq(y, zero), f32x4.ne(x, zero)));
    signalA = f64x2.add(signalA, f64x2.promote_low_f32x4(signal));
    signalB = f64x2.add(signalB, f64x2.promote_low_f32x4(upper(signal)));
    noiseA = f64x2.add(noiseA, f64x2.promote_low_f32x4(noise));
    noiseB = f64x2.add(noiseB, f64x2.promote_low_f32x4(upper(noise)));
  }
  const signals = f64x2.add(signalA, signalB);
  const noises = f64x2.add(noiseA, noiseB);
  const signal = f64x2.extract_lane(signals, 0) + f64x2.extract_lane(signals, 1);
  const noise = f64x2.extract_lane(noises, 0) + f64x2.extract_lane(noises, 1);
  const error = reinterpret<f32>(largestLane(largest));
  // A value that is not finite, on either side, makes one of the sums infinite or NaN.
  if (!(signal >= LEAST_SIGNAL && signal < Infinity && noise < Infinity)) return false;
  if (error !== 0 && error < LEAST_ERROR) return false;
  addRow(out, signal, noise, error as f64);
  store<u32>(out, load<u32>(out, 24) + laneSum(flushed), 24);
  return true;
}

/** Whether a row and its cast are zeros, to which nothing is to be added. */
function areZeros(source: usize, cast: usize, columns: i32): bool {
  let any = i32x4.splat(0);
  const whole = columns & ~3;
  for (let i = 0; i < whole; i += 4) {
    const at = (i as usize) << 2;
    any = v128.or(any, v128.or(v128.load(source + at), v128.load(cast + at)));
  }
  for (let i = whole; i < columns; i++) {
    const at = (i as usize) << 2;
    if ((load<u32>(source + at) | load<u32>(cast + at)) !== 0) return false;
  }
  return !v128.any_true(any);
}

/** The upper two lanes. */
// @ts-ignore: decorator
@inline
function upper(lanes: v128): v128 {
  return i64x2.shuffle(lanes, lanes, 1, 1);
}

/** A row in float64. */
function measureLong(source: usize, cast: usize, columns: i32, out: usize): void {
  const zero = f32x4.splat(0);
  let signalA = f64x2.splat(0);
  let signalB = f64x2.splat(0);
  let noiseA = f64x2.splat(0);
  let noiseB = f64x2.splat(0);
  let largest = f64x2.splat(0);
  let flushed = i32x4.splat(0);
  const whole = columns & ~3;
  for (let i = 0; i < whole; i += 4) {
    const x = v128.load(source + ((i as usize) << 2));
    const y = v128.load(cast + ((i as usize) << 2));
    const xa = f64x2.promote_low_f32x4(x);
    const xb = f64x2.promote_low_f32x4(
      upper(x),
    );
    const ya = f64x2.promote_low_f32x4(y);
    const yb = f64x2.promote_low_f32x4(
      upper(y),
    );
    const da = f64x2.sub(xa, ya);
    const db = f64x2.sub(xb, yb);
    signalA = f64x2.add(signalA, f64x2.mul(xa, xa));
    signalB = f64x2.add(signalB, f64x2.mul(xb, xb));
    noiseA = f64x2.add(noiseA, f64x2.mul(da, da));
    noiseB = f64x2.add(noiseB, f64x2.mul(db, db));
    largest = f64x2.pmax(largest, f64x2.pmax(f64x2.abs(da), f64x2.abs(db)));
    flushed = i32x4.sub(flushed, v128.and(f32x4.eq(y, zero), f32x4.gt(f32x4.abs(x), zero)));
  }
  // The columns left over go to their own lanes.
  for (let i = whole; i < columns; i++) {
    const x = load<f32>(source + ((i as usize) << 2)) as f64;
    const y = load<f32>(cast + ((i as usize) << 2)) as f64;
    const lane = i & 3;
    const signal = x * x;
    const noise = (x - y) * (x - y);
    if (lane === 0) {
      signalA = f64x2.replace_lane(signalA, 0, f64x2.extract_lane(signalA, 0) + signal);
      noiseA = f64x2.replace_lane(noiseA, 0, f64x2.extract_lane(noiseA, 0) + noise);
    } else if (lane === 1) {
      signalA = f64x2.replace_lane(signalA, 1, f64x2.extract_lane(signalA, 1) + signal);
      noiseA = f64x2.replace_lane(noiseA, 1, f64x2.extract_lane(noiseA, 1) + noise);
    } else {
      signalB = f64x2.replace_lane(signalB, 0, f64x2.extract_lane(signalB, 0) + signal);
      noiseB = f64x2.replace_lane(noiseB, 0, f64x2.extract_lane(noiseB, 0) + noise);
    }
    largest = f64x2.pmax(largest, f64x2.splat(abs(x - y)));
    if (y === 0 && abs(x) > 0) flushed = i32x4.replace_lane(flushed, 0, i32x4.extract_lane(flushed, 0) + 1);
  }
  const signals = f64x2.add(signalA, signalB);
  const noises = f64x2.add(noiseA, noiseB);
  const signal = f64x2.extract_lane(signals, 0) + f64x2.extract_lane(signals, 1);
  const noise = f64x2.extract_lane(noises, 0) + f64x2.extract_lane(noises, 1);
  // A value that is not finite, on either side, makes one of the sums infinite or NaN; finite ones can't.
  if (signal < Infinity && noise < Infinity) {
    addRow(out, signal, noise, max(f64x2.extract_lane(largest, 0), f64x2.extract_lane(largest, 1)));
    store<u32>(out, load<u32>(out, 24) + laneSum(flushed), 24);
  } else {
    measureRowCarefully(source, cast, columns, out);
  }
}

/** To 26 significant bits, by Veltkamp's splitting. */
function rounded(sum: f64): f64 {
  if (sum === Infinity) return sum;
  const split = sum * 134217729;
  return split - (split - sum);
}

function addRow(out: usize, signal: f64, noise: f64, largest: f64): void {
  store<f64>(out, load<f64>(out) + rounded(signal));
  store<f64>(out, load<f64>(out, 8) + rounded(noise), 8);
  store<f64>(out, max(load<f64>(out, 16), largest), 16);
}

/** Four sums of signal and four of noise. */
const LANES = memory.data<f64>([0, 0, 0, 0, 0, 0, 0, 0]);

function measureRowCarefully(source: usize, cast: usize, columns: i32, out: usize): void {
  memory.fill(LANES, 0, 64);
  let largest: f64 = 0;
  for (let i = 0; i < columns; i++) {
    const x = load<f32>(source + ((i as usize) << 2)) as f64;
    const y = load<f32>(cast + ((i as usize) << 2)) as f64;
    if (isNaN(x)) {
      store<u32>(out, load<u32>(out, 28) + 1, 28);
      continue;
    }
    if (abs(x) === Infinity) {
      store<u32>(out, load<u32>(out, 32) + 1, 32);
      continue;
    }
    const difference = isFinite(y) ? abs(x - y) : Infinity;
    const lane = LANES + (((i & 3) as usize) << 3);
    store<f64>(lane, load<f64>(lane) + x * x);
    store<f64>(lane, load<f64>(lane, 32) + difference * difference, 32);
    largest = max(largest, difference);
    if (y === 0 && x !== 0) store<u32>(out, load<u32>(out, 24) + 1, 24);
  }
  addRow(out, sumOf(LANES), sumOf(LANES + 32), largest);
}

function sumOf(lanes: usize): f64 {
  return load<f64>(lanes) + load<f64>(lanes, 16) + (load<f64>(lanes, 8) + load<f64>(lanes, 24));
}
