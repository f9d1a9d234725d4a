import { parseBytes } from '../../byte-size';
import { BUDGET_KEYS } from '../keys';
import type { Budget } from '../policy';
import { located, type Located } from '../range';
import type { SyntaxNode } from '../syntax';
import { entriesOf } from './mapping';
import { quoted, reportError, scalarOf, type Reader } from './reader';

/** `budget:`; each value in one unit: bits, bytes, a fraction. */
export function readBudget(node: SyntaxNode | undefined, reader: Reader): Budget | undefined {
  const entries = entriesOf('budget', node, BUDGET_KEYS, reader);
  if (!entries) return undefined;
  const amount = (
    key: string,
    expected: string,
    parse: (text: string) => number | undefined,
  ): Located<number> | undefined => {
    const scalar = scalarOf(key, entries.value(key), expected, reader);
    if (!scalar) return undefined;
    const value = parse(scalar.text);
    if (value !== undefined) return located(value, scalar.range);
    reportError(reader, 'bad-value', scalar.range, `${key} can't be ${quoted(scalar.text)}; expected ${expected}`);
    return undefined;
  };
  return {
    bitsPerWeight: amount('bits_per_weight', 'a number such as 4.5, up to 64', parseBits),
    size: amount('size', 'an amount such as 120 MB or 1.5 GiB', parseBytes),
    perplexity: amount('perplexity', 'a rise such as +1%', parseRise),
  };
}

const DECIMAL = String.raw`\d{1,12}(?:\.\d{1,12})?`;

function parseBits(text: string): number | undefined {
  const value = new RegExp(`^${DECIMAL}$`).test(text) ? Number(text) : 0;
  return value > 0 && value <= 64 ? value : undefined;
}

function parseRise(text: string): number | undefined {
  const [, percent] = new RegExp(`^\\+?(${DECIMAL}) ?%$`).exec(text) ?? [];
  return percent === undefined ? undefined : Number(percent) / 100;
}
