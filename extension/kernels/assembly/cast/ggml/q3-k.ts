import { extremeScale } from './extremes';
import { readHalf, writeHalf } from './half';
import { splat3, splat4 } from './low-bits';
import { nearest, nearestCodes } from './nearest';
import { BLOCK_CODES, packHighBits, packTwoBits } from './run-codes';
import { descendScale } from './scale-descent';
import { spreadSigned } from './spread';

const BYTES: usize = 110;
const CODES: usize = 32;
const UNITS: usize = 96;
const D: usize = 108;
const SCALES = memory.data(64, 16);

function writeUnits(block: usize): void {
  memory.fill(block + UNITS, 0, 12);
  const largest = extremeScale(SCALES, 16);
  if (largest === 0) {
    store<u16>(block + D, 0);
    return;
  }
  const inverse: f32 = -32 / largest;
  writeHalf(block + D, 1 / inverse);
  for (let run = 0; run < 16; run++) {
    const rounded = nearest(inverse * load<f32>(SCALES + ((run as usize) << 2)));
    const code = max(-32, min(31, (rounded << 24) >> 24)) + 32;
    const low = block + UNITS + ((run & 7) as usize);
    const high = block + UNITS + 8 + ((run & 3) as usize);
    store<u8>(low, load<u8>(low) | ((code & 15) << (run < 8 ? 0 : 4)));
    store<u8>(high, load<u8>(high) | ((code >> 4) << (2 * (run >> 2))));
  }
}

function runScale(block: usize, d: f32, run: i32): f32 {
  const low = ((load<u8>(block + UNITS + ((run & 7) as usize)) as i32) >> (run < 8 ? 0 : 4)) & 15;
  const high = ((load<u8>(block + UNITS + 8 + ((run & 3) as usize)) as i32) >> (2 * (run >> 2))) & 3;
  return d * (((low | (high << 4)) - 32) as f32);
}

export function encodeQ3_K(values: usize, blocks: usize, count: i32): void {
  const zero = f32x4.splat(0);
  const least = i8x16.splat(-4);
  const most = splat3();
  for (let block = 0; block < count; block++) {
    for (let four: usize = 0; four < 4; four++) {
      descendScale(values + (four << 8), 4, SCALES + (four << 4), BLOCK_CODES + (four << 6));
    }
    writeUnits(blocks);
    const d = readHalf(blocks + D);
    for (let run = 0; run < 16; run++) {
      const scale = runScale(blocks, d, run);
      if (scale === 0) continue;
      const codes = nearestCodes(values + ((run as usize) << 6), zero, f32x4.splat(scale), least, most);
      v128.store(BLOCK_CODES + ((run as usize) << 4), i8x16.sub(codes, least));
    }
    packHighBits(2, blocks);
    packTwoBits(blocks + CODES);
    values += 1024;
    blocks += BYTES;
  }
}

export function decodeQ3_K(blocks: usize, values: usize, count: i32): void {
  const mask = splat3();
  const four = splat4();
  for (let block = 0; block < count; block++) {
    const d = readHalf(blocks + D);
    for (let run = 0; run < 16; run++) {
      const half = ((run & 1) as usize) << 4;
      const codes = v128.load(blocks + CODES + (((run >> 3) as usize) << 5) + half);
      const low = v128.and(i8x16.shr_u(codes, run & 6), mask);
      const high = v128.and(i8x16.shl(i8x16.shr_u(v128.load(blocks + half), run >> 1), 2), four);
      spreadSigned(i8x16.sub(v128.or(low, high), four), f32x4.splat(runScale(blocks, d, run)), values);
      values += 64;
    }
    blocks += BYTES;
  }
}
