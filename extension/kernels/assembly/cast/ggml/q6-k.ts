import { extremeScale } from './extremes';
import { readHalf, writeHalf } from './half';
import { splat15, splat3, splat32 } from './low-bits';
import { nearest, nearestCodes } from './nearest';
import { BLOCK_CODES } from './run-codes';
import { searchScale } from './scale-search';
import { spreadSigned } from './spread';

const BYTES: usize = 210;
const HIGH: usize = 128;
const UNITS: usize = 192;
const D: usize = 208;
const SCALES = memory.data(64, 16);
const MOST = memory.data<u8>([31]);

/** Nibbles of j and j + 64 share a byte, and the upper bits of j, j + 32, j + 64 and j + 96, of each 128 codes. */
function packSixBits(to: usize): void {
  const mask = splat15();
  for (let half: usize = 0; half < 2; half++) {
    for (let part: usize = 0; part < 32; part += 16) {
      const from = BLOCK_CODES + (half << 7) + part;
      const a = v128.load(from);
      const b = v128.load(from, 32);
      const c = v128.load(from, 64);
      const d = v128.load(from, 96);
      const low = to + (half << 6) + part;
      v128.store(low, v128.or(v128.and(a, mask), i8x16.shl(c, 4)));
      v128.store(low, v128.or(v128.and(b, mask), i8x16.shl(d, 4)), 32);
      const ab = v128.or(i8x16.shr_u(a, 4), i8x16.shl(i8x16.shr_u(b, 4), 2));
      const cd = v128.or(i8x16.shl(i8x16.shr_u(c, 4), 4), i8x16.shl(i8x16.shr_u(d, 4), 6));
      v128.store(to + HIGH + (half << 5) + part, v128.or(ab, cd));
    }
  }
}

function runScale(block: usize, d: f32, run: usize): f32 {
  return d * (load<i8>(block + UNITS + run) as f32);
}

export function encodeQ6_K(values: usize, blocks: usize, count: i32): void {
  const zero = f32x4.splat(0);
  const least = i8x16.splat(-32);
  const most = v128.load8_splat(MOST);
  for (let block = 0; block < count; block++) {
    for (let four: usize = 0; four < 4; four++) {
      searchScale(values + (four << 8), 32, SCALES + (four << 4), BLOCK_CODES + (four << 6));
    }
    const largest = extremeScale(SCALES, 16);
    if (abs(largest) < (1e-15 as f32)) memory.fill(blocks, 0, BYTES);
    else {
      const inverse: f32 = -128 / largest;
      writeHalf(blocks + D, 1 / inverse);
      const d = readHalf(blocks + D);
      for (let run: usize = 0; run < 16; run++) {
        store<u8>(blocks + UNITS + run, min(127, nearest(inverse * load<f32>(SCALES + (run << 2)))));
        const scale = runScale(blocks, d, run);
        if (scale === 0) continue;
        const codes = nearestCodes(values + (run << 6), zero, f32x4.splat(scale), least, most);
        v128.store(BLOCK_CODES + (run << 4), i8x16.sub(codes, least));
      }
      packSixBits(blocks);
    }
    values += 1024;
    blocks += BYTES;
  }
}

export function decodeQ6_K(blocks: usize, values: usize, count: i32): void {
  const nibble = splat15();
  const two = splat3();
  const offset = splat32();
  for (let block = 0; block < count; block++) {
    const d = readHalf(blocks + D);
    for (let run = 0; run < 16; run++) {
      const half = (run >> 3) as usize;
      const part = ((run & 1) as usize) << 4;
      const bytes = v128.load(blocks + (half << 6) + (((run & 3) as usize) << 4));
      const low = v128.and(i8x16.shr_u(bytes, run & 4), nibble);
      const high = v128.and(i8x16.shr_u(v128.load(blocks + HIGH + (half << 5) + part), run & 6), two);
      const codes = i8x16.sub(v128.or(low, i8x16.shl(high, 4)), offset);
      spreadSigned(codes, f32x4.splat(runScale(blocks, d, run as usize)), values);
      values += 64;
    }
    blocks += BYTES;
  }
}
