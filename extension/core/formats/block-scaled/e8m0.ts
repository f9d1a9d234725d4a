/** Exponent bias of E8M0 (OCP Microscaling Formats 1.0, section 5.4.1): the code c stands for 2^(c - 127). */
const BIAS = 127;

/** Largest code that is a number; 255 is NaN. */
const LARGEST = 254;

/** The power of two that a code stands for, exact in float32; NaN for 255. */
export function e8m0Value(code: number): number {
  return code > LARGEST ? NaN : 2 ** (code - BIAS);
}

/** Code of 2^exponent, clamped to 2^-127 .. 2^127. */
export function e8m0Code(exponent: number): number {
  return Math.max(0, Math.min(LARGEST, exponent + BIAS));
}

/** floor(log2(magnitude)) of a positive finite float64, exact. */
export function floorLog2(magnitude: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, magnitude);
  const field = (view.getUint16(0) >> 4) & 0x7ff;
  return field === 0 ? floorLog2(magnitude * 2 ** 64) - 64 : field - 1023;
}

/** Code of the least power of two that is not below a magnitude; of the smallest for zero, NaN for NaN. */
export function e8m0Above(magnitude: number): number {
  if (Number.isNaN(magnitude)) return 255;
  if (magnitude <= 0) return 0;
  if (magnitude === Infinity) return LARGEST;
  const floor = floorLog2(magnitude);
  return e8m0Code(2 ** floor === magnitude ? floor : floor + 1);
}
