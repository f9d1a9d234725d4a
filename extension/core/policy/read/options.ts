import { CAST_OPTIONS, type CastOption, type CastOptions } from '../../formats/cast-options';
import { INTEGER_BITS } from '../../formats/integers/integer-codes';
import type { NumberFormat } from '../../formats/format';
import type { CastOptionChoice } from '../policy';
import { located, type Located } from '../range';
import type { SyntaxNode } from '../syntax';
import type { Entries } from './mapping';
import { integerOf, numberOf, quoted, reportError, scalarOf, wordOf, type Reader } from './reader';

/** The key that each option is written under. */
export const OPTION_KEY: Readonly<Record<CastOption, string>> = {
  symmetric: 'symmetric',
  narrow: 'narrow',
  fit: 'fit',
  scaleRound: 'scale_round',
  nu: 'nu',
  nested: 'nested',
  via: 'via',
  rotate: 'rotate',
  outliers: 'outliers',
};

/** Largest Hadamard rotation: rows are longer, but more brings nothing. */
export const LARGEST_ROTATION = 4096;

type Read<O extends CastOption> = (
  key: string,
  node: SyntaxNode | undefined,
  reader: Reader,
) => Located<NonNullable<CastOptions[O]>> | undefined;

const READ: { readonly [O in CastOption]: Read<O> } = {
  symmetric: readBoolean,
  narrow: readBoolean,
  nested: readBoolean,
  fit: (key, node, reader) => wordOf(key, node, ['amax', 'mse'], reader),
  scaleRound: (key, node, reader) => wordOf(key, node, ['down', 'up'], reader),
  nu: readDegrees,
  outliers: (key, node, reader) => readInteger(key, node, 1, 65536, reader),
  rotate: readRotation,
  via: readVia,
};

/** Options by the keys that they are written under. */
export function printOptions(options: readonly CastOption[]): readonly string[] {
  return options.map((option) => OPTION_KEY[option]);
}

/** The options of a choice as written, in the order of their definition. */
export function readOptions(entries: Entries, reader: Reader): readonly CastOptionChoice[] {
  return CAST_OPTIONS.flatMap((name) => {
    const key = OPTION_KEY[name];
    const read = READ[name](key, entries.value(key), reader);
    return read ? [{ name, ...read } as CastOptionChoice] : [];
  });
}

/** Those that the format takes; the others are errors and left out. */
export function possibleOptions(
  options: readonly CastOptionChoice[],
  format: NumberFormat,
  reader: Reader,
): readonly CastOptionChoice[] {
  return options.filter(({ name, range }) => {
    if (format.options?.includes(name)) return true;
    const takes = printOptions(format.options ?? []);
    const advice = takes.length > 0 ? `; of these keys it takes ${takes.join(', ')}` : '';
    reportError(reader, 'bad-value', range, `${format.id} takes no ${OPTION_KEY[name]}${advice}`);
    return false;
  });
}

function readBoolean(key: string, node: SyntaxNode | undefined, reader: Reader): Located<boolean> | undefined {
  const word = wordOf(key, node, ['true', 'false'], reader);
  return word && located(word.value === 'true', word.range);
}

function readInteger(
  key: string,
  node: SyntaxNode | undefined,
  least: number,
  most: number,
  reader: Reader,
): Located<number> | undefined {
  const value = integerOf(key, node, least, most, reader);
  return value === undefined ? undefined : located(value, node!.range);
}

/** Degrees of freedom; `inspect --stats` finds up to 1000, where the distribution is as good as normal. */
function readDegrees(key: string, node: SyntaxNode | undefined, reader: Reader): Located<number> | undefined {
  const value = numberOf(key, node, 1, 1000, reader);
  return value === undefined ? undefined : located(value, node!.range);
}

function readRotation(key: string, node: SyntaxNode | undefined, reader: Reader): Located<number> | undefined {
  const read = readInteger(key, node, 2, LARGEST_ROTATION, reader);
  if (!read || Number.isInteger(Math.log2(read.value))) return read;
  reportError(reader, 'bad-value', read.range, `${key} can't be ${read.value}; expected a power of two`);
  return undefined;
}

/** The wider integer format that codes are derived from. */
function readVia(key: string, node: SyntaxNode | undefined, reader: Reader): Located<string> | undefined {
  const scalar = scalarOf(key, node, 'an integer format such as int8', reader);
  if (!scalar) return undefined;
  const format = reader.formats.find(scalar.text)?.format;
  if (format && INTEGER_BITS.has(format.id)) return located(format.id, scalar.range);
  const message = `${key} can't be ${quoted(scalar.text)}; expected an integer format such as int8`;
  reportError(reader, 'bad-value', scalar.range, message);
  return undefined;
}
