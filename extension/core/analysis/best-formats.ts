import type { CastErrorSums } from './cast-error';
import { relativeError } from './cast-error';
import type { ComparableCast } from './comparable-casts';

/** What a format would cost a tensor. */
export interface FormatError {
  readonly format: string;
  /** Width of a code in bits, rounded to a whole number. */
  readonly width: number;
  readonly bitsPerWeight: number;
  /** ||x - cast x|| / ||x||. */
  readonly relativeError: number;
}

export function formatError({ format, bitsPerWeight }: ComparableCast, sums: CastErrorSums): FormatError {
  return { format: format.id, width: Math.round(format.bits), bitsPerWeight, relativeError: relativeError(sums) };
}

/** The format of least error at each width, widest first; of two that are equal the one with fewer bits. */
export function bestByWidth(errors: readonly FormatError[]): readonly FormatError[] {
  const best = new Map<number, FormatError>();
  for (const error of errors) {
    const known = best.get(error.width);
    if (!known || isBetter(error, known)) best.set(error.width, error);
  }
  return [...best.values()].sort((a, b) => b.width - a.width);
}

function isBetter(a: FormatError, b: FormatError): boolean {
  if (a.relativeError !== b.relativeError) return a.relativeError < b.relativeError;
  return a.bitsPerWeight < b.bitsPerWeight;
}
