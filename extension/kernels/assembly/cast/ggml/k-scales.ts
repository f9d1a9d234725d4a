import { readHalf, writeHalf } from './half';
import { nearest, nearestCodes } from './nearest';
import { BLOCK_CODES } from './run-codes';
import { searchScaleMin } from './scale-min-search';

const SCALES = memory.data(32, 16);
const MINS = memory.data(32, 16);

/** Largest of n float32, or 0; NaN does not count. */
export function largestOf(at: usize, n: i32): f32 {
  let largest: f32 = 0;
  for (let i = 0; i < n; i++) {
    const value = load<f32>(at + ((i as usize) << 2));
    if (value > largest) largest = value;
  }
  return largest;
}

/** d times the 6-bit scale of a run of the Q4_K or Q5_K block at an address; see core/formats/ggml/k-scales.ts. */
export function kScale(block: usize, run: usize): f32 {
  const at = block + 4 + run;
  const code = run < 4 ? load<u8>(at) & 63 : (load<u8>(at, 4) & 15) | ((load<u8>(at - 4) >> 6) << 4);
  return readHalf(block) * (code as f32);
}

/** dmin times its 6-bit minimum. */
export function kMin(block: usize, run: usize): f32 {
  const at = block + 4 + run;
  const code = run < 4 ? load<u8>(at, 4) & 63 : (load<u8>(at, 4) >> 4) | ((load<u8>(at) >> 6) << 4);
  return readHalf(block + 2) * (code as f32);
}

function writeUnits(block: usize): void {
  const largestScale = largestOf(SCALES, 8);
  const largestMin = largestOf(MINS, 8);
  const inverseScale: f32 = largestScale > 0 ? 63 / largestScale : 0;
  const inverseMin: f32 = largestMin > 0 ? 63 / largestMin : 0;
  writeHalf(block, largestScale / 63);
  writeHalf(block + 2, largestMin / 63);
  for (let run: usize = 0; run < 8; run++) {
    const scale = min(63, (nearest(inverseScale * load<f32>(SCALES + (run << 2))) as u32) & 255);
    const least = min(63, (nearest(inverseMin * load<f32>(MINS + (run << 2))) as u32) & 255);
    const at = block + 4 + run;
    if (run < 4) {
      store<u8>(at, scale);
      store<u8>(at, least, 4);
    } else {
      store<u8>(at, (scale & 15) | ((least & 15) << 4), 4);
      store<u8>(at - 4, load<u8>(at - 4) | ((scale >> 4) << 6));
      store<u8>(at, load<u8>(at) | ((least >> 4) << 6));
    }
  }
}

/** Writes the first 16 bytes of a Q4_K or Q5_K block, and leaves its codes in BLOCK_CODES. */
export function encodeKBlock(values: usize, limit: i32, first: f32, steps: i32, block: usize): void {
  searchScaleMin(values, 32, limit, first, steps, false, SCALES, MINS, BLOCK_CODES);
  searchScaleMin(values + 512, 32, limit, first, steps, false, SCALES + 16, MINS + 16, BLOCK_CODES + 128);
  writeUnits(block);
  const least = i8x16.splat(0);
  const most = i8x16.splat(limit as i8);
  for (let run: usize = 0; run < 8; run++) {
    const scale = kScale(block, run);
    if (scale === 0) continue;
    const scales = f32x4.splat(scale);
    const mins = f32x4.splat(kMin(block, run));
    const from = values + (run << 7);
    const to = BLOCK_CODES + (run << 5);
    v128.store(to, nearestCodes(from, mins, scales, least, most));
    v128.store(to, nearestCodes(from + 64, mins, scales, least, most), 16);
  }
}
