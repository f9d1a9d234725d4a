import { defaultCast } from '../formats/default-cast';
import type { NumberFormat } from '../formats/format';
import { printOptions } from '../policy/read/options';
import { printGranularity, printScaleDtype } from '../policy/read/scale';
import { storedName } from './stored-names';

/** What a policy may say beside the dtype, by the keys of the language. */
export function optionKeys({ options = [] }: Pick<NumberFormat, 'options'>): readonly string[] {
  return printOptions(options);
}

/** `group 128, stored as bf16`; of ggml, whose scales are inside. */
export function scaleText({ blockSize, defaultScale, defaultScaleDtype }: NumberFormat): string {
  if (blockSize !== undefined) return `in blocks of ${blockSize}`;
  return defaultScale.kind === 'none' ? '' : `${printGranularity(defaultScale)}, ${printScaleDtype(defaultScaleDtype)}`;
}

export function roundingText({ rounding, stochastic }: NumberFormat): string {
  return `${rounding ?? 'to nearest, ties to even'}${stochastic ? '; stochastic with a seed' : ''}`;
}

/** Whole numbers as they are, others with four digits. */
export function shortNumber(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  const text = value.toPrecision(4);
  // The largest double, rounded, is beyond all doubles.
  return Number.isFinite(Number(text)) ? String(Number(text)) : text;
}

/** A code point with the fewest digits that are the same float32. */
export function codePointText(value: number): string {
  const digits = Array.from({ length: 9 }, (_, at) => at + 1);
  const enough = digits.find((count) => Math.fround(Number(value.toPrecision(count))) === Math.fround(value)) ?? 17;
  return String(Number(value.toPrecision(enough)));
}

/** Names, dtypes and shapes of a 4096 x 4096 weight on disk. */
export function storedText(format: NumberFormat): readonly string[] {
  return format.parts([4096, 4096], defaultCast(format)).map(({ role, dtype, shape }) => {
    return `${storedName('weight', format, role)} ${dtype} [${shape.join(', ')}]`;
  });
}
