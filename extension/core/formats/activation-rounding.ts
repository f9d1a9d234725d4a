/**
 * How values are rounded while a model runs. `none`: a plain cast, `amax`: a scale of amax / largest for each row,
 * `power-of-two`: one of OCP MX for each block of 32.
 */
export interface ActivationRounding {
  readonly kind: 'float' | 'integer';
  readonly scale: 'none' | 'amax' | 'power-of-two';
  /** Of a float: bits of its mantissa and its smallest normal value. 0 for integers. */
  readonly mantissaBits: number;
  readonly smallestNormal: number;
  /** Largest value of a code. */
  readonly largest: number;
}

/** Values under one power of two. */
export const ACTIVATION_BLOCK = 32;

/** Dtypes that inputs of linear layers, keys and values can be rounded to; each is the number format of that id. */
export const ACTIVATION_DTYPES = [
  'bf16',
  'fp16',
  'fp8_e4m3',
  'fp8_e5m2',
  'int8',
  'int4',
  'mxfp8',
  'mxfp6_e3m2',
  'mxfp6_e2m3',
  'mxfp4',
] as const;

export type ActivationDtype = (typeof ACTIVATION_DTYPES)[number];

const float = (
  scale: ActivationRounding['scale'],
  mantissaBits: number,
  smallestNormal: number,
  largest: number,
): ActivationRounding => ({ kind: 'float', scale, mantissaBits, smallestNormal, largest });

const integer = (largest: number): ActivationRounding => ({
  kind: 'integer',
  scale: 'amax',
  mantissaBits: 0,
  smallestNormal: 0,
  largest,
});

export const ACTIVATION_ROUNDING: Readonly<Record<ActivationDtype, ActivationRounding>> = {
  bf16: float('none', 7, 2 ** -126, 2 ** 127 * (2 - 2 ** -7)),
  fp16: float('none', 10, 2 ** -14, 65504),
  fp8_e4m3: float('amax', 3, 2 ** -6, 448),
  fp8_e5m2: float('amax', 2, 2 ** -14, 57344),
  int8: integer(127),
  int4: integer(7),
  mxfp8: float('power-of-two', 3, 2 ** -6, 448),
  mxfp6_e3m2: float('power-of-two', 2, 2 ** -2, 28),
  mxfp6_e2m3: float('power-of-two', 3, 1, 7.5),
  mxfp4: float('power-of-two', 1, 1, 6),
};
