/** The NF4 code values of bitsandbytes (`get_4bit_type("nf4")`), exact in float32. */
export const NF4_CODES = new Float32Array([
  -1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
  -0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
  0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1,
]);

/** Halfway between neighbouring codes, computed in float32 as bitsandbytes does: exact ties, which go down. */
export const NF4_BOUNDS = Float32Array.from({ length: 15 }, (_, at) => {
  return Math.fround(NF4_CODES[at]! + NF4_CODES[at + 1]!) / 2;
});

/** A scaled magnitude above this would round beyond the last code if the codebook went on in its last step. */
export const NF4_OVERFLOW = Math.fround(1 + (1 - NF4_CODES[14]!) / 2);

/** Code of zero. */
const ZERO = 7;

/** Nearest code of a scaled value; halfway between two it is the lower one. NaN becomes zero. */
export function nf4Code(scaled: number): number {
  if (Number.isNaN(scaled)) return ZERO;
  let code = 0;
  while (code < 15 && scaled > NF4_BOUNDS[code]!) code++;
  return code;
}
