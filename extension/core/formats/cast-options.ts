/**
 * Options of a cast beyond scale, rounding and overflow. A format says which it takes (`NumberFormat.options`);
 * absent means the format's default.
 */
export interface CastOptions {
  /** Integers: `false` adds a zero point to each scale, so that the codes span min to max instead of -amax to amax. */
  readonly symmetric?: boolean;
  /** Symmetric integers: `false` uses the code -2^(bits - 1) too. */
  readonly narrow?: boolean;
  /** How a scale is found: from the largest magnitude, or as the one of least mean squared error. */
  readonly fit?: 'amax' | 'mse';
  /** Power-of-two scales: the exponent rounded down as OCP MX says, or up so that nothing saturates. */
  readonly scaleRound?: 'down' | 'up';
  /** Degrees of freedom of the Student t distribution whose quantiles are the codebook. */
  readonly nu?: number;
  /** bitsandbytes: the scales are themselves stored in 8 bits, in groups of 256. */
  readonly nested?: boolean;
  /** Integers: cast to this wider integer first and derive the codes from its codes (Double Rounding). */
  readonly via?: string;
  /** Elements of a Hadamard rotation along the row before the cast, undone at use; a power of two. */
  readonly rotate?: number;
  /** Columns of largest magnitude that stay in 16 bit, as LLM.int8() keeps outlier features. */
  readonly outliers?: number;
}

export type CastOption = keyof CastOptions;

const NAMES: Readonly<Record<CastOption, true>> = {
  symmetric: true,
  narrow: true,
  fit: true,
  scaleRound: true,
  nu: true,
  nested: true,
  via: true,
  rotate: true,
  outliers: true,
};

export const CAST_OPTIONS = Object.keys(NAMES) as readonly CastOption[];

/** The options that a cast asks for. */
export function optionsOf(options: CastOptions): readonly CastOption[] {
  return CAST_OPTIONS.filter((name) => options[name] !== undefined);
}
