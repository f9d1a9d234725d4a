import { decodeIQ4_NL, encodeIQ4_NL } from './iq4-nl';
import { decodeIQ4_XS, encodeIQ4_XS } from './iq4-xs';
import { decodeMXFP4, encodeMXFP4 } from './mxfp4';
import { decodeNVFP4, encodeNVFP4 } from './nvfp4';
import { decodeQ1_0 } from './q1-0';
import { decodeQ2_K, encodeQ2_K } from './q2-k';
import { decodeQ3_K, encodeQ3_K } from './q3-k';
import { decodeQ4_0, encodeQ4_0 } from './q4-0';
import { decodeQ4_1, encodeQ4_1 } from './q4-1';
import { decodeQ4_K, encodeQ4_K } from './q4-k';
import { decodeQ5_0, encodeQ5_0 } from './q5-0';
import { decodeQ5_1, encodeQ5_1 } from './q5-1';
import { decodeQ5_K, encodeQ5_K } from './q5-k';
import { decodeQ6_K, encodeQ6_K } from './q6-k';
import { decodeQ8_0, encodeQ8_0 } from './q8-0';
import { decodeQ8_K } from './q8-k';
import { decodeTQ1_0, encodeTQ1_0 } from './tq1-0';
import { decodeTQ2_0, encodeTQ2_0 } from './tq2-0';

/** Numbers of the types, as in GGUF files (ggml's `enum ggml_type`). */
const Q4_0: i32 = 2;
const Q4_1: i32 = 3;
const Q5_0: i32 = 6;
const Q5_1: i32 = 7;
const Q8_0: i32 = 8;
const Q2_K: i32 = 10;
const Q3_K: i32 = 11;
const Q4_K: i32 = 12;
const Q5_K: i32 = 13;
const Q6_K: i32 = 14;
const Q8_K: i32 = 15;
const IQ4_NL: i32 = 20;
const IQ4_XS: i32 = 23;
const TQ1_0: i32 = 34;
const TQ2_0: i32 = 35;
const MXFP4: i32 = 39;
const NVFP4: i32 = 40;
const Q1_0: i32 = 41;

/** Writes `count` blocks of a type from float32 values. */
export function encodeGgml(type: i32, values: usize, blocks: usize, count: i32): void {
  switch (type) {
    case Q4_0:
      return encodeQ4_0(values, blocks, count);
    case Q4_1:
      return encodeQ4_1(values, blocks, count);
    case Q5_0:
      return encodeQ5_0(values, blocks, count);
    case Q5_1:
      return encodeQ5_1(values, blocks, count);
    case Q8_0:
      return encodeQ8_0(values, blocks, count);
    case Q2_K:
      return encodeQ2_K(values, blocks, count);
    case Q3_K:
      return encodeQ3_K(values, blocks, count);
    case Q4_K:
      return encodeQ4_K(values, blocks, count);
    case Q5_K:
      return encodeQ5_K(values, blocks, count);
    case Q6_K:
      return encodeQ6_K(values, blocks, count);
    case IQ4_NL:
      return encodeIQ4_NL(values, blocks, count);
    case IQ4_XS:
      return encodeIQ4_XS(values, blocks, count);
    case TQ1_0:
      return encodeTQ1_0(values, blocks, count);
    case TQ2_0:
      return encodeTQ2_0(values, blocks, count);
    case MXFP4:
      return encodeMXFP4(values, blocks, count);
    case NVFP4:
      return encodeNVFP4(values, blocks, count);
  }
}

/** Writes the float32 values of `count` blocks of a type. */
export function decodeGgml(type: i32, blocks: usize, values: usize, count: i32): void {
  switch (type) {
    case Q4_0:
      return decodeQ4_0(blocks, values, count);
    case Q4_1:
      return decodeQ4_1(blocks, values, count);
    case Q5_0:
      return decodeQ5_0(blocks, values, count);
    case Q5_1:
      return decodeQ5_1(blocks, values, count);
    case Q8_0:
      return decodeQ8_0(blocks, values, count);
    case Q2_K:
      return decodeQ2_K(blocks, values, count);
    case Q3_K:
      return decodeQ3_K(blocks, values, count);
    case Q4_K:
      return decodeQ4_K(blocks, values, count);
    case Q5_K:
      return decodeQ5_K(blocks, values, count);
    case Q6_K:
      return decodeQ6_K(blocks, values, count);
    case Q8_K:
      return decodeQ8_K(blocks, values, count);
    case IQ4_NL:
      return decodeIQ4_NL(blocks, values, count);
    case IQ4_XS:
      return decodeIQ4_XS(blocks, values, count);
    case TQ1_0:
      return decodeTQ1_0(blocks, values, count);
    case TQ2_0:
      return decodeTQ2_0(blocks, values, count);
    case MXFP4:
      return decodeMXFP4(blocks, values, count);
    case NVFP4:
      return decodeNVFP4(blocks, values, count);
    case Q1_0:
      return decodeQ1_0(blocks, values, count);
  }
}

const EXPONENT = memory.data<u32>([0x7f800000]);

/** Adds to the u32 at `total` how many of `count` values, a multiple of 4, are finite but decode to what is not. */
export function countLost(values: usize, decoded: usize, count: i32, total: usize): void {
  const mask = v128.load32_splat(EXPONENT);
  let lost = i32x4.splat(0);
  for (let at: usize = 0; at < (count as usize) << 2; at += 16) {
    const finite = i32x4.ne(v128.and(v128.load(values + at), mask), mask);
    lost = i32x4.sub(lost, v128.and(finite, i32x4.eq(v128.and(v128.load(decoded + at), mask), mask)));
  }
  const pair = i64x2.extract_lane(i32x4.add(lost, i64x2.shuffle(lost, lost, 1, 0)), 0);
  store<u32>(total, load<u32>(total) + (pair as u32) + ((pair >> 32) as u32));
}
