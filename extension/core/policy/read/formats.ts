import type { FormatDefinition } from '../../formats/definition';
import { finding } from '../finding';
import { DEFINED_FORMAT_KEYS, FLOAT_KEYS } from '../keys';
import type { DefinedFormat } from '../policy';
import type { ScalarNode, SyntaxNode } from '../syntax';
import { KEEP } from './dtype';
import { entriesOf, type Entries } from './mapping';
import { integerOf, quoted, reportError, wordOf, type Reader } from './reader';

const EXPECTED = '{ float: { exponent: 3, mantissa: 4 } } or { codebook: [-1, 0, 1], group: 64 }';

/** Names that need no quotes anywhere and can't be taken for a pattern. */
const NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/;

const NUMBER = /^[+-]?(?:\d{1,12}(?:\.\d{0,20})?|\.\d{1,20})(?:[eE][+-]?\d{1,2})?$/;

/** Codes fit a byte. */
const MOST_CODES = 256;

/** Bits of a user's float, sign included. */
const MOST_BITS = 16;

/** Elements under one scale of a codebook when `group` is not given: that of bitsandbytes. */
const DEFAULT_GROUP = 64;

/** `formats:`; a format that can't be used is a finding and left out. */
export function readFormats(node: SyntaxNode | undefined, reader: Reader): readonly DefinedFormat[] {
  if (node === undefined || node.kind === 'empty') return [];
  if (node.kind !== 'map') {
    reportError(reader, 'bad-value', node.range, 'formats is not a mapping; expected NAME: { float | codebook: ... }');
    return [];
  }
  const taken = new Set<string>();
  return node.entries.flatMap(({ key, value }): readonly DefinedFormat[] => {
    if (!isName(key, taken, reader)) return [];
    taken.add(key.text.toLowerCase());
    const definition = readDefinition(key, value, reader);
    return definition ? [{ id: key.text, definition }] : [];
  });
}

function isName({ text, range }: ScalarNode, taken: ReadonlySet<string>, reader: Reader): boolean {
  const other = reader.formats.find(text)?.format ?? reader.formats.find(text.toLowerCase())?.format;
  if (other || text.toLowerCase() === KEEP) {
    const what = !other ? 'a word of the language' : other.id === text ? 'built in' : `another name of ${other.id}`;
    reportError(reader, 'bad-value', range, `${quoted(text)} is ${what}; give your format another name`);
    return false;
  }
  if (taken.has(text.toLowerCase())) {
    reportError(reader, 'duplicate-key', range, `the format ${quoted(text)} is defined twice; the first one counts`);
    return false;
  }
  if (NAME.test(text)) return true;
  const message = `${quoted(text)} can't name a format; expected letters, digits, _, . and -, a letter first`;
  reportError(reader, 'bad-value', range, message);
  return false;
}

function readDefinition(key: ScalarNode, node: SyntaxNode | undefined, reader: Reader): FormatDefinition | undefined {
  if (node?.kind !== 'map') {
    reportError(reader, 'bad-value', key.range, `the format ${quoted(key.text)} can't be read; expected ${EXPECTED}`);
    return undefined;
  }
  const entries = entriesOf(`the format ${key.text}`, node, DEFINED_FORMAT_KEYS, reader)!;
  const [float, codebook] = [entries.value('float'), entries.value('codebook')];
  if ((float === undefined) === (codebook === undefined)) {
    const message = `the format ${quoted(key.text)} is ${float ? 'both a float and a codebook' : 'neither a float nor a codebook'}; expected ${EXPECTED}`;
    reportError(reader, 'bad-value', key.range, message);
    return undefined;
  }
  return codebook ? readCodebook(codebook, entries, reader) : readFloat(float!, entries, reader);
}

function readFloat(node: SyntaxNode, format: Entries, reader: Reader): FormatDefinition | undefined {
  const group = format.key('group');
  if (group) reportError(reader, 'bad-value', group, 'a float has no group of its own; give group where it is used');
  const entries = entriesOf('float', node, FLOAT_KEYS, reader);
  if (!entries) return undefined;
  for (const name of ['exponent', 'mantissa']) {
    if (!entries.key(name)) reportError(reader, 'missing-key', node.range, `the float has no ${name}: say its bits`);
  }
  const exponent = integerOf('exponent', entries.value('exponent'), 1, 8, reader);
  const mantissa = integerOf('mantissa', entries.value('mantissa'), 0, MOST_BITS - 2, reader);
  const special = wordOf('special', entries.value('special'), ['finite', 'ieee'], reader)?.value ?? 'finite';
  if (exponent === undefined || mantissa === undefined) return undefined;
  const bits = 1 + exponent + mantissa;
  const wrong =
    bits > MOST_BITS
      ? `a float of ${bits} bits, sign included, is too wide; ${MOST_BITS} are possible`
      : special === 'ieee' && mantissa === 0
        ? 'without a mantissa there is no code for NaN; give it a bit, or write special: finite'
        : special === 'finite' && exponent === 8
          ? 'with 8 exponent bits the largest numbers lie beyond float32; write special: ieee, or give it 7'
          : undefined;
  if (wrong === undefined) return { kind: 'float', exponent, mantissa, special };
  reportError(reader, 'bad-value', node.range, wrong);
  return undefined;
}

function readCodebook(node: SyntaxNode, entries: Entries, reader: Reader): FormatDefinition | undefined {
  const group = entries.key('group')
    ? integerOf('group', entries.value('group'), 1, 2 ** 31 - 1, reader)
    : DEFAULT_GROUP;
  const codes = readCodes(node, reader);
  return codes && group !== undefined ? { kind: 'codebook', codes, group } : undefined;
}

/** The values of a codebook as float32; undefined when one is no number, or not the only one of its kind. */
function readCodes(node: SyntaxNode, reader: Reader): readonly number[] | undefined {
  if (node.kind !== 'list' || node.items.length < 2 || node.items.length > MOST_CODES) {
    const found = node.kind === 'list' ? `holds ${node.items.length}` : 'is no list';
    const message = `codebook ${found}; expected a list of 2 to ${MOST_CODES} numbers`;
    reportError(reader, 'bad-value', node.range, message);
    return undefined;
  }
  const seen = new Set<number>();
  let good = true;
  for (const item of node.items) {
    const text = item.kind === 'scalar' ? item.text : '';
    const code = NUMBER.test(text) ? Math.fround(Number(text)) : NaN;
    const wrong = !Number.isFinite(code)
      ? `a code can't be ${item.kind === 'scalar' ? quoted(text) : `a ${item.kind}`}; expected a number that float32 holds`
      : seen.has(code)
        ? `${text} is in the codebook twice (as float32); each value stands for one code`
        : undefined;
    if (wrong !== undefined) reportError(reader, 'bad-value', item.range, wrong);
    good &&= wrong === undefined;
    seen.add(code);
  }
  if (!good) return undefined;
  const codes = [...seen];
  if (codes.some((code, at) => at > 0 && code < codes[at - 1]!)) {
    const message = 'the codebook does not ascend: codes are numbered as written, which only another program would see';
    reader.report(finding('bad-value', 'information', node.range, message));
  }
  return codes;
}
