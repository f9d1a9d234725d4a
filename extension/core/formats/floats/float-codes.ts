import { floatFromBits } from './float-bits';

/** Bit layout of a float of at most 16 bits: sign, exponent, mantissa from the top. */
export interface FloatLayout {
  readonly exponentBits: number;
  readonly mantissaBits: number;
  readonly bias: number;
  /** Code of the largest finite magnitude. */
  readonly largestCode: number;
  /** What `overflow: ieee` makes of a value beyond it: infinity, or NaN where there is none. */
  readonly overflowCode: number;
  /** The quiet NaN that is written, without its sign. Greater magnitudes than `overflowCode` are NaN too. */
  readonly nanCode: number;
  /** Finite, NaN and unsigned zero: the code that would be -0 is the one NaN. */
  readonly fnuz?: true;
}

export const BF16_LAYOUT: FloatLayout = {
  exponentBits: 8,
  mantissaBits: 7,
  bias: 127,
  largestCode: 0x7f7f,
  overflowCode: 0x7f80,
  nanCode: 0x7fc0,
};

/** IEEE 754-2019 binary16. */
export const FP16_LAYOUT: FloatLayout = {
  exponentBits: 5,
  mantissaBits: 10,
  bias: 15,
  largestCode: 0x7bff,
  overflowCode: 0x7c00,
  nanCode: 0x7e00,
};

/** E4M3 of "FP8 Formats for Deep Learning" (arXiv 2209.05433): no infinity, NaN only where all bits are one. */
export const E4M3_LAYOUT: FloatLayout = {
  exponentBits: 4,
  mantissaBits: 3,
  bias: 7,
  largestCode: 0x7e,
  overflowCode: 0x7f,
  nanCode: 0x7f,
};

/** E5M2 of the same paper: IEEE-like. */
export const E5M2_LAYOUT: FloatLayout = {
  exponentBits: 5,
  mantissaBits: 2,
  bias: 15,
  largestCode: 0x7b,
  overflowCode: 0x7c,
  nanCode: 0x7e,
};

/** E4M3 and E5M2 of Graphcore and AMD (Noune et al., arXiv 2206.02915), with biases one higher than OCP's. */
export const E4M3FNUZ_LAYOUT: FloatLayout = fnuzLayout(4, 3);
export const E5M2FNUZ_LAYOUT: FloatLayout = fnuzLayout(5, 2);

function fnuzLayout(exponentBits: number, mantissaBits: number): FloatLayout {
  const nanCode = 2 ** (exponentBits + mantissaBits);
  const bias = 2 ** (exponentBits - 1);
  return { exponentBits, mantissaBits, bias, largestCode: nanCode - 1, overflowCode: nanCode, nanCode, fnuz: true };
}

/** E2M1, E2M3 and E3M2 of OCP Microscaling Formats 1.0: every code is a finite number, so NaN becomes zero. */
export const E2M1_LAYOUT: FloatLayout = finiteLayout(2, 1, 1);
export const E2M3_LAYOUT: FloatLayout = finiteLayout(2, 3, 1);
export const E3M2_LAYOUT: FloatLayout = finiteLayout(3, 2, 3);

/** A layout without infinities and NaN: what overflows saturates. */
function finiteLayout(exponentBits: number, mantissaBits: number, bias: number): FloatLayout {
  const largestCode = 2 ** (exponentBits + mantissaBits) - 1;
  return { exponentBits, mantissaBits, bias, largestCode, overflowCode: largestCode, nanCode: 0 };
}

/**
 * A float of the user's own, of at most 16 bits, with the bias 2^(exponentBits - 1) - 1. `ieee`: the highest exponent
 * holds infinity and NaN; `finite`: it holds numbers, and NaN becomes zero.
 */
export function definedLayout(exponentBits: number, mantissaBits: number, special: 'ieee' | 'finite'): FloatLayout {
  const bias = 2 ** (exponentBits - 1) - 1;
  if (special === 'finite') return finiteLayout(exponentBits, mantissaBits, bias);
  const overflowCode = (2 ** exponentBits - 1) * 2 ** mantissaBits;
  const nanCode = overflowCode + 2 ** (mantissaBits - 1);
  return { exponentBits, mantissaBits, bias, largestCode: overflowCode - 1, overflowCode, nanCode };
}

/** Bits of one code, sign included. */
export function layoutBits({ exponentBits, mantissaBits }: FloatLayout): number {
  return 1 + exponentBits + mantissaBits;
}

/**
 * Code of a finite magnitude, rounded straight from the float32 and as if exponents had no upper end: a result
 * above `largestCode` has overflowed. To nearest with ties to even; or, with `random` (32 uniform bits), up with
 * the probability (x - lower) / (upper - lower), exact to 2^-32. Subnormals are kept on both sides.
 */
export function roundMagnitude(magnitudeBits: number, layout: FloatLayout, random?: number): number {
  if (magnitudeBits === 0) return 0;
  const { mantissaBits, bias } = layout;
  const field = magnitudeBits >>> 23;
  const fraction = magnitudeBits & 0x7fffff;
  // The value is significand x 2^unit, and its highest bit stands for 2^exponent.
  const significand = field === 0 ? fraction : fraction | 0x800000;
  const unit = field === 0 ? -149 : field - 150;
  const exponent = unit + 31 - Math.clz32(significand);
  const lowest = 1 - bias;
  const step = 2 ** (Math.max(exponent, lowest) - mantissaBits - unit);
  const kept = Math.floor(significand / step);
  const rest = significand - kept * step;
  // A carry out of the mantissa moves into the exponent field by itself.
  const code = (exponent >= lowest ? (exponent - lowest) * 2 ** mantissaBits : 0) + kept;
  const up =
    random === undefined
      ? rest > step / 2 || (rest === step / 2 && code % 2 === 1)
      : random < Math.floor((rest / step) * 2 ** 32);
  return code + (up ? 1 : 0);
}

/** A code, and whether a finite value rounded beyond the largest one. */
export interface RoundedFloat {
  readonly code: number;
  readonly overflowed: boolean;
}

/**
 * Casts a float32 (as bits) to a code. NaN stays NaN with its sign, -0 stays -0, where the layout has them. Beyond the largest code,
 * infinities included, a value becomes the largest code (`saturate`, as ONNX Cast and NVIDIA's satfinite) or
 * infinity / NaN (`ieee`, as ml_dtypes and torch; torch itself saturates e4m3).
 */
export function encodeFloat(
  bits: number,
  layout: FloatLayout,
  overflow: 'saturate' | 'ieee',
  random?: number,
): RoundedFloat {
  const magnitude = bits & 0x7fffffff;
  const signed = (code: number): number => (bits >>> 31 === 0 ? code : negated(code, layout));
  if (magnitude > 0x7f800000) return { code: signed(layout.nanCode), overflowed: false };
  const beyond = overflow === 'saturate' ? layout.largestCode : layout.overflowCode;
  if (magnitude === 0x7f800000) return { code: signed(beyond), overflowed: false };
  const code = roundMagnitude(magnitude, layout, random);
  const overflowed = code > layout.largestCode;
  return { code: signed(overflowed ? beyond : code), overflowed };
}

/** The code of the opposite sign; zero and NaN of an fnuz float have none. */
function negated(code: number, layout: FloatLayout): number {
  return layout.fnuz && code === 0 ? 0 : code | (1 << (layoutBits(layout) - 1));
}

/** Value of a code; exact in float32. */
export function decodeFloat(code: number, layout: FloatLayout): number {
  const { mantissaBits, bias, largestCode, overflowCode, nanCode } = layout;
  if (layout.fnuz && code === nanCode) return NaN;
  const signBit = 1 << (layoutBits(layout) - 1);
  const negative = (code & signBit) !== 0;
  const magnitude = code & (signBit - 1);
  if (magnitude > largestCode) {
    if (magnitude !== overflowCode || overflowCode === nanCode)
      return floatFromBits(negative ? 0xffc00000 : 0x7fc00000);
    return negative ? -Infinity : Infinity;
  }
  const field = magnitude >> mantissaBits;
  const fraction = magnitude & ((1 << mantissaBits) - 1);
  const value =
    field === 0
      ? fraction * 2 ** (1 - bias - mantissaBits)
      : (fraction + (1 << mantissaBits)) * 2 ** (field - bias - mantissaBits);
  return negative ? -value : value;
}

/** Value of every code, by code. */
export function floatTable(layout: FloatLayout): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: 2 ** layoutBits(layout) }, (_, code) => decodeFloat(code, layout));
}

/** All finite values in ascending order, zero once. */
export function floatCodePoints(layout: FloatLayout): readonly number[] {
  const positive = Array.from({ length: layout.largestCode }, (_, at) => decodeFloat(at + 1, layout));
  return [...positive.map((value) => -value).reverse(), 0, ...positive];
}
