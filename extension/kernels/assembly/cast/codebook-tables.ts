/**
 * The codebook in use and the tables by which codes are found: see kernels/codebook-tables.ts, which makes them.
 * A scaled value is put on a grid of 32 buckets of 256 steps. A bucket knows the place (in ascending order) of its
 * lowest value, and in each of some levels the step of one bound.
 */

/** Most codes; also the bytes of tables with one byte a code. */
const MOST = 256;

/** Values by code. */
export const CODES = memory.data(MOST * 4, 16);
/** Bounds between neighbours in ascending order, and after them one that nothing exceeds. */
export const BOUNDS = memory.data(MOST * 4, 16);
/** Codes in ascending order of their values. */
export const ORDER = memory.data(MOST, 16);
/** Values of the first 16 codes, split into their four bytes: 16 bytes of each. */
export const PLANES = memory.data(64, 16);
/** By bucket: places, then for each level bounds. */
export const BUCKETS = memory.data(32 * 5, 16);
/** See `codebookNumber`. */
const NUMBERS = memory.data<f32>([0, 0, 0, 0]);

let places: i32 = 0;
let levels: i32 = 0;
let vector: bool = false;
let ordered: bool = false;
let generation: i32 = 0;

/** Puts the codebook in use that the functions below have written; returns its number. `fastLevels` is 0 where buckets can't tell its bounds apart. */
export function beginCodebook(count: i32, fastLevels: i32, codes: i32): i32 {
  places = count;
  vector = codes <= 16;
  ordered = true;
  for (let place = 0; place < count; place++) ordered = ordered && load<u8>(ORDER + (place as usize)) === place;
  levels = fastLevels;
  return ++generation;
}

/** Number of the codebook in use. */
export function currentCodebook(): i32 {
  return generation;
}

export function codebookCode(code: i32, value: f32): void {
  store<f32>(CODES + ((code as usize) << 2), value);
  if (code >= 16) return;
  const bits = reinterpret<u32>(value);
  for (let plane = 0; plane < 4; plane++) {
    store<u8>(PLANES + ((plane << 4) as usize) + (code as usize), (bits >> (plane << 3)) as u8);
  }
}

/** The code at a place, and the bound above it. */
export function codebookPlace(place: i32, code: i32, bound: f32): void {
  store<u8>(ORDER + (place as usize), code as u8);
  store<f32>(BOUNDS + ((place as usize) << 2), bound);
}

/** One byte of the tables by bucket: level 0 holds places, the others bounds. */
export function codebookBucket(level: i32, bucket: i32, value: i32): void {
  store<u8>(BUCKETS + (((level << 5) + bucket) as usize), value as u8);
}

/** 0: what values are multiplied by for the grid, after the scale; 1: high limit; 2: low limit; 3: largest. */
export function codebookNumber(which: i32, value: f32): void {
  store<f32>(NUMBERS + ((which as usize) << 2), value);
}

export function numberOf(which: i32): f32 {
  return load<f32>(NUMBERS + ((which as usize) << 2));
}

export function fastLevels(): i32 {
  return levels;
}

/** Whether all codes fit one vector of bytes. */
export function fitsVector(): bool {
  return vector;
}

/** Whether codes ascend with their values. */
export function isOrdered(): bool {
  return ordered;
}

/** The place of a scaled value: how many bounds it exceeds. NaN goes where zero goes. */
export function placeOf(scaled: f32): i32 {
  const value: f32 = isNaN(scaled) ? 0 : scaled;
  let low = 0;
  let high = places - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value > load<f32>(BOUNDS + ((middle as usize) << 2))) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function codeAt(place: i32): i32 {
  return load<u8>(ORDER + (place as usize)) as i32;
}

export function valueOf(code: i32): f32 {
  return load<f32>(CODES + ((code as usize) << 2));
}
