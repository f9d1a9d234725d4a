import { isNonFinite } from './constants';
import { E2M1_LIMIT, E2M1_UNIT, encodeE2m1Runs, widenE2m1 } from './e2m1-grid';
import { E2M1, encodeElements, largestMagnitude } from './mx-elements';
import { blockError } from './mx-fit';
import { roundMagnitude } from './round-float';
import { AMAXES, FACTORS, MAGNITUDES, SCALES, TOGETHER, findAmaxes } from './run-scales';
import { amaxOf } from './scale';
import { roundQuad } from './small-float';

/** Value of a positive E4M3 code: its bits in place, the exponent moved by 2^120. */
function scaleValue(code: u32): f32 {
  return reinterpret<f32>(code << 20) * reinterpret<f32>(0x7b800000);
}

/** E4M3 code of a block's scale, from 2^-9 to 448; see core/formats/block-scaled/nvfp4-scales.ts. */
function scaleCode(amax: f32, globalScale: f32): u32 {
  const scale: f32 = (amax / 6) * globalScale;
  return max(1, min(0x7e, roundMagnitude(reinterpret<u32>(scale), 3, 7, false, 0)));
}

/** How many codes on either side `fit` tries. */
const NEIGHBOURS = 6;

/** The code among these and its neighbours, the nearest first, whose scale has the least squared error. */
function fittedCode(code: u32, globalScale: f32, src: usize, dst: usize, n: i32, magnitude: u32, back: usize): u32 {
  let best = code;
  let least = Infinity;
  for (let at = 0; at <= 2 * NEIGHBOURS; at++) {
    const apart = (at + 1) >> 1;
    const candidate = (code as i32) + ((at & 1) === 1 ? apart : -apart);
    if (candidate < 1 || candidate > 0x7e) continue;
    const error = blockError(E2M1, src, dst, n, scaleValue(candidate) / globalScale, magnitude, back);
    if (error < least) {
      best = candidate;
      least = error;
    }
  }
  return best;
}

/** 2^-6, the smallest normal scale; 2^14, which leaves a subnormal one in the low bits; what codes are rounded with. */
const CONSTANTS = memory.data<u32>([0x3c800000, 0x46800000, 0xc407ffff, 1, 0x7e, 0x7b800000, 0x7f800000]);

/** E4M3 codes of the runs' scales. */
const CODES = memory.data(TOGETHER * 4, 16);

/** Not 0 for the runs of which `FACTORS` are no good, or where something may saturate. */
const APART = memory.data(TOGETHER * 4, 16);

/** Scales below it and above its reciprocal have no product that is surely normal. */
const SMALLEST_DIVISOR: f32 = 1e-30;

/** As `storeScales`: `scaleCode` of each run to `scales`, divisors to `SCALES`, factors to `FACTORS`. */
function storeCodes(runs: i32, globalScale: f32, scales: usize): void {
  const six = f32x4.splat(6);
  const all = f32x4.splat(globalScale);
  const normal = v128.load32_splat(CONSTANTS);
  const magic = v128.load32_splat(CONSTANTS, 4);
  const rebias = v128.load32_splat(CONSTANTS, 8);
  const one = v128.load32_splat(CONSTANTS, 12);
  const most = v128.load32_splat(CONSTANTS, 16);
  const widen = v128.load32_splat(CONSTANTS, 20);
  const infinity = v128.load32_splat(CONSTANTS, 24);
  const unit = f32x4.splat(E2M1_UNIT);
  const limit = f32x4.splat(E2M1_LIMIT * E2M1_UNIT * (0.999 as f32));
  const least = f32x4.splat(SMALLEST_DIVISOR);
  const largest = f32x4.splat(1 / SMALLEST_DIVISOR);
  for (let run = 0; run < runs; run += 4) {
    const at = (run as usize) << 2;
    const amax = v128.load(AMAXES + at);
    const scale = f32x4.mul(f32x4.div(amax, six), all);
    const code = roundQuad(scale, 20, rebias, one, normal, magic);
    // Beyond the largest code bits go on rising, but not for a scale that is infinite.
    const stored = i32x4.max_s(one, i32x4.min_s(code, most));
    const divisor = f32x4.div(f32x4.mul(i32x4.shl(stored, 20), widen), all);
    const factor = f32x4.div(unit, divisor);
    const regular = v128.and(
      v128.and(f32x4.gt(divisor, least), f32x4.lt(divisor, largest)),
      i32x4.lt_s(v128.load(MAGNITUDES + at), infinity),
    );
    v128.store(SCALES + at, divisor);
    v128.store(FACTORS + at, factor);
    v128.store(CODES + at, stored);
    v128.store(APART + at, v128.not(v128.and(regular, f32x4.lt(f32x4.mul(amax, factor), limit))));
  }
  for (let run = 0; run < runs; run++) store<u8>(scales + (run as usize), load<u8>(CODES + ((run as usize) << 2)));
}

/** The most usual case, many blocks at a time: to nearest, scales by largest magnitudes. */
function encodeMany(
  src: usize,
  dst: usize,
  rows: i32,
  columns: i32,
  size: i32,
  globalScale: f32,
  scales: usize,
  saturated: usize,
): void {
  const together = size < columns ? size * TOGETHER : columns;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column += together) {
      const n = min(together, columns - column);
      const runs = (n + size - 1) / size;
      findAmaxes(src, n, size);
      storeCodes(runs, globalScale, scales);
      const blocks = (size & 15) === 0 ? n / size : 0;
      encodeE2m1Runs(src, dst, blocks, size, SCALES, FACTORS);
      for (let run = 0; run < runs; run++) {
        const at = (run as usize) << 2;
        if (run < blocks && load<u32>(APART + at) === 0) continue;
        const start = (run * size) as usize;
        const length = min(size, n - run * size);
        const magnitude = load<u32>(MAGNITUDES + at);
        const divisor = load<f32>(SCALES + at);
        encodeElements(E2M1, src + (start << 2), dst + start, length, divisor, magnitude, false, 0, 0, saturated);
      }
      scales += runs as usize;
      src += (n as usize) << 2;
      dst += n as usize;
    }
  }
}

/** As `encodeMx`, with E4M3 scales under one float32 scale of the whole tensor. */
export function encodeNvfp4(
  src: usize,
  dst: usize,
  rows: i32,
  columns: i32,
  size: i32,
  globalScale: f32,
  fit: bool,
  back: usize,
  scales: usize,
  stochastic: bool,
  key: u32,
  first: f64,
  saturated: usize,
): void {
  if (!fit && !stochastic) {
    encodeMany(src, dst, rows, columns, size, globalScale, scales, saturated);
    return;
  }
  let index = first as u64;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column += size) {
      const n = min(size, columns - column);
      const magnitude = largestMagnitude(src, n);
      const amax = isNonFinite(magnitude) ? amaxOf(src, n) : reinterpret<f32>(magnitude);
      let code = scaleCode(amax, globalScale);
      if (fit) code = fittedCode(code, globalScale, src, dst, n, magnitude, back);
      store<u8>(scales++, code);
      const divisor: f32 = scaleValue(code) / globalScale;
      encodeElements(E2M1, src, dst, n, divisor, magnitude, stochastic, key, index, saturated);
      src += (n as usize) << 2;
      dst += n as usize;
      index += n as u64;
    }
  }
}

/** The inverse: codes one a byte times block scale / global scale. */
export function decodeNvfp4(
  codes: usize,
  values: usize,
  rows: i32,
  columns: i32,
  size: i32,
  globalScale: f32,
  scales: usize,
): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column += size) {
      const n = min(size, columns - column);
      widenE2m1(codes, values, n, scaleValue(load<u8>(scales++)) / globalScale);
      codes += n as usize;
      values += (n as usize) << 2;
    }
  }
}
