import { amaxOf, readScale, roundScale, scaleSize, smallestScale, writeScale } from './scale';

/** Code values of bitsandbytes, as bits: core/formats/nf4-codes.ts. */
const CODES = memory.data<f32>([
  -1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
  -0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
  0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1,
]);
/** Bounds between neighbours and, after them, one that nothing exceeds. */
const BOUNDS = memory.data(64);
/** By the upper 16 bits of a float32: the code of the smallest value that has them. Lies behind the static data. */
export const TABLE_BYTES: usize = 65536;
const ZERO = 7;

function code(at: i32): f32 {
  return load<f32>(CODES + ((at as usize) << 2));
}

function bound(at: i32): f32 {
  return load<f32>(BOUNDS + ((at as usize) << 2));
}

function nearestCode(value: f32): i32 {
  let at = 0;
  while (at < 15 && value > bound(at)) at++;
  return at;
}

/** Fills the tables; called once before anything else. No bucket of 2^16 floats holds more than one bound. */
export function prepareNf4(): void {
  for (let at = 0; at < 15; at++) store<f32>(BOUNDS + ((at as usize) << 2), (code(at) + code(at + 1)) / 2);
  store<f32>(BOUNDS + 60, Infinity);
  for (let upper: u32 = 0; upper < 65536; upper++) {
    const negative = upper >= 0x8000;
    const smallest = negative && upper !== 0xff80 ? (upper << 16) | 0xffff : upper << 16;
    const value = reinterpret<f32>(smallest);
    store<u8>(__heap_base + (upper as usize), isNaN(value) ? ZERO : nearestCode(value));
  }
}

/** Code of a scaled value: its bucket's first code, or the next one above the bound. NaN is zero. */
function lookUp(value: f32): i32 {
  const first = load<u8>(__heap_base + ((reinterpret<u32>(value) >> 16) as usize)) as i32;
  return first + i32(value > bound(first));
}

/** 1 + half the codebook's last step: a scaled magnitude above it counts as saturated. */
function overflow(): f32 {
  return 1 + (1 - code(14)) / 2;
}

/** Least divisor of bitsandbytes. */
const LEAST: f32 = 1e-38;

/**
 * Casts n values in groups, the last of which may be shorter; one code a byte, packed later. See core/formats/nf4.ts
 * for the two ways to scale.
 */
export function encodeNf4(
  src: usize,
  dst: usize,
  n: i32,
  group: i32,
  scales: usize,
  scaleDtype: i32,
  saturated: usize,
): void {
  for (let start = 0; start < n; start += group) {
    const length = min(group, n - start);
    const full = length === group;
    const from = src + ((start as usize) << 2);
    const to = dst + (start as usize);
    const amax = amaxOf(from, length);
    let absmax = roundScale(full ? amax : max(amax, LEAST), scaleDtype);
    if (absmax === 0 && amax > 0) absmax = smallestScale(scaleDtype);
    scales = writeScale(absmax, scales, scaleDtype);
    const divisor = max(absmax, LEAST);
    const reciprocal: f32 = 1 / divisor;
    if (full) {
      for (let i = 0; i < length; i++) {
        store<u8>(to + (i as usize), lookUp(load<f32>(from + ((i as usize) << 2)) * reciprocal));
      }
    } else {
      for (let i = 0; i < length; i++) {
        store<u8>(to + (i as usize), lookUp(load<f32>(from + ((i as usize) << 2)) / divisor));
      }
    }
    // Only an absmax that its dtype could not hold lets values lie far beyond the last code.
    if (amax * reciprocal > overflow()) countSaturated(from, length, reciprocal, divisor, full, saturated);
  }
}

function countSaturated(src: usize, n: i32, reciprocal: f32, divisor: f32, full: bool, saturated: usize): void {
  let count: u32 = 0;
  for (let i = 0; i < n; i++) {
    const value = load<f32>(src + ((i as usize) << 2));
    const scaled: f32 = full ? value * reciprocal : value / divisor;
    if (abs(scaled) > overflow() && abs(value) < Infinity) count++;
  }
  store<u32>(saturated, load<u32>(saturated) + count);
}

/** Packs n codes, one a byte, two to a byte with the first in the high nibble; an odd last one is joined by zero. */
export function packNf4(src: usize, dst: usize, n: i32): void {
  let i = 0;
  for (; i + 32 <= n; i += 32) {
    const low = v128.load(src + (i as usize));
    const high = v128.load(src + (i as usize), 16);
    const p = v128.or(i16x8.shl(low, 4), i16x8.shr_u(low, 8));
    const q = v128.or(i16x8.shl(high, 4), i16x8.shr_u(high, 8));
    v128.store(
      dst + ((i >> 1) as usize),
      i8x16.shuffle(p, q, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30),
    );
  }
  for (; i < n; i += 2) {
    const second = i + 1 < n ? (load<u8>(src + (i as usize), 1) as i32) : ZERO;
    store<u8>(dst + ((i >> 1) as usize), ((load<u8>(src + (i as usize)) as i32) << 4) | second);
  }
}

/** code * absmax of n packed codes. */
export function decodeNf4(src: usize, dst: usize, n: i32, group: i32, scales: usize, scaleDtype: i32): void {
  for (let start = 0; start < n; start += group) {
    const end = min(start + group, n);
    const absmax = readScale(scales, scaleDtype);
    scales += scaleSize(scaleDtype);
    for (let i = start; i < end; i++) {
      const byte = load<u8>(src + ((i >> 1) as usize)) as i32;
      const at = (i & 1) === 0 ? byte >> 4 : byte & 15;
      store<f32>(dst + ((i as usize) << 2), code(at) * absmax);
    }
  }
}
