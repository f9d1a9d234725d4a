import { readHalf, writeHalf } from './half';
import { largestOf } from './k-scales';
import { splat3 } from './low-bits';
import { nearest, nearestCodes } from './nearest';
import { BLOCK_CODES, packTwoBits } from './run-codes';
import { searchScaleMin } from './scale-min-search';
import { spreadOffset } from './spread';

const BYTES: usize = 84;
const D: usize = 80;
const SCALES = memory.data(64, 16);
const MINS = memory.data(64, 16);

function writeUnits(block: usize): void {
  const largestScale = largestOf(SCALES, 16);
  const largestMin = largestOf(MINS, 16);
  const inverseScale: f32 = largestScale > 0 ? 15 / largestScale : 0;
  const inverseMin: f32 = largestMin > 0 ? 15 / largestMin : 0;
  for (let run: usize = 0; run < 16; run++) {
    const scale = nearest(inverseScale * load<f32>(SCALES + (run << 2)));
    const least = nearest(inverseMin * load<f32>(MINS + (run << 2)));
    store<u8>(block + run, scale | (least << 4));
  }
  writeHalf(block + D, largestScale / 15);
  writeHalf(block + D + 2, largestMin / 15);
}

export function encodeQ2_K(values: usize, blocks: usize, count: i32): void {
  const least = i8x16.splat(0);
  const most = splat3();
  for (let block = 0; block < count; block++) {
    for (let four: usize = 0; four < 4; four++) {
      const at = four << 4;
      searchScaleMin(values + (four << 8), 16, 3, -0.5, 15, true, SCALES + at, MINS + at, BLOCK_CODES + (four << 6));
    }
    writeUnits(blocks);
    const d = readHalf(blocks + D);
    const dmin = readHalf(blocks + D + 2);
    for (let run: usize = 0; run < 16; run++) {
      const units = load<u8>(blocks + run);
      const scale = d * ((units & 15) as f32);
      if (scale === 0) continue;
      const mins = f32x4.splat(dmin * ((units >> 4) as f32));
      const codes = nearestCodes(values + (run << 6), mins, f32x4.splat(scale), least, most);
      v128.store(BLOCK_CODES + (run << 4), codes);
    }
    packTwoBits(blocks + 16);
    values += 1024;
    blocks += BYTES;
  }
}

export function decodeQ2_K(blocks: usize, values: usize, count: i32): void {
  const mask = splat3();
  for (let block = 0; block < count; block++) {
    const d = readHalf(blocks + D);
    const dmin = readHalf(blocks + D + 2);
    for (let run = 0; run < 16; run++) {
      const units = load<u8>(blocks + (run as usize));
      const codes = v128.load(blocks + 16 + (((run >> 3) as usize) << 5) + (((run & 1) as usize) << 4));
      const bits = v128.and(i8x16.shr_u(codes, run & 6), mask);
      spreadOffset(bits, f32x4.splat(d * ((units & 15) as f32)), f32x4.splat(-(dmin * ((units >> 4) as f32))), values);
      values += 64;
    }
    blocks += BYTES;
  }
}
