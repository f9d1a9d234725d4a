import type { Granularity, Rounding, ScaleDtype } from '../../formats/format';
import { nearest } from '../nearest';
import type { ScaleChoice } from '../policy';
import { located, type Located } from '../range';
import type { SyntaxNode } from '../syntax';
import type { Entries } from './mapping';
import { integerOf, quoted, reportError, respellings, scalarOf, wordOf, type Reader } from './reader';

/** Elements of a group or a side of a block: no row of a real tensor is longer. */
const LARGEST_SIZE = 2 ** 31 - 1;

/** `scale:` or its short form `group:`; both together are an error. */
export function readScale(entries: Entries, reader: Reader): ScaleChoice | undefined {
  const scale = readScaleKey(entries.value('scale'), reader);
  const group = readGroup(entries.value('group'), reader);
  if (scale && group && !sameGroup(scale.value, group.value)) {
    const message = `group is short for "scale: group N", and scale is given too; keep one of them`;
    reportError(reader, 'bad-value', group.range, message);
  }
  return scale ?? group;
}

function sameGroup(a: Granularity, b: Granularity): boolean {
  return a.kind === 'group' && b.kind === 'group' && a.size === b.size;
}

function readGroup(node: SyntaxNode | undefined, reader: Reader): ScaleChoice | undefined {
  const size = integerOf('group', node, 1, LARGEST_SIZE, reader);
  return size === undefined ? undefined : { value: { kind: 'group', size }, range: node!.range, key: 'group' };
}

const EXPECTED = 'tensor, channel, none, group N or block RxC';

function readScaleKey(node: SyntaxNode | undefined, reader: Reader): ScaleChoice | undefined {
  const scalar = scalarOf('scale', node, EXPECTED, reader);
  if (!scalar) return undefined;
  const granularity = parseGranularity(scalar.text);
  if (granularity) return { value: granularity, range: scalar.range, key: 'scale' };
  const words = nearest(scalar.text, ['tensor', 'channel', 'none'], 1);
  const message = `scale can't be ${quoted(scalar.text)}; expected ${EXPECTED}`;
  reportError(reader, 'bad-value', scalar.range, message, respellings(scalar, words));
  return undefined;
}

function parseGranularity(text: string): Granularity | undefined {
  if (text === 'tensor' || text === 'channel' || text === 'none') return { kind: text };
  const [, size] = /^group (\d{1,10})$/.exec(text) ?? [];
  if (size !== undefined && isSize(Number(size))) return { kind: 'group', size: Number(size) };
  const [, rows, columns] = /^block (\d{1,10})x(\d{1,10})$/.exec(text) ?? [];
  if (isSize(Number(rows)) && isSize(Number(columns))) {
    return { kind: 'block', rows: Number(rows), columns: Number(columns) };
  }
  return undefined;
}

function isSize(value: number): boolean {
  return value >= 1 && value <= LARGEST_SIZE;
}

/** A granularity as a policy writes it after `scale:`. */
export function printGranularity(granularity: Granularity): string {
  switch (granularity.kind) {
    case 'group':
      return `group ${granularity.size}`;
    case 'block':
      return `block ${granularity.rows}x${granularity.columns}`;
    case 'none':
    case 'tensor':
    case 'channel':
      return granularity.kind;
  }
}

const SCALE_DTYPES: ReadonlyMap<string, ScaleDtype> = new Map([
  ['fp32', 'F32'],
  ['bf16', 'BF16'],
  ['fp16', 'F16'],
  ['fp8_e4m3', 'F8_E4M3'],
  ['e8m0', 'F8_E8M0'],
]);

/** A dtype of scales as a policy writes it. */
export function printScaleDtype(dtype: ScaleDtype): string {
  return [...SCALE_DTYPES].find(([, known]) => known === dtype)![0];
}

export function readScaleDtype(node: SyntaxNode | undefined, reader: Reader): Located<ScaleDtype> | undefined {
  const word = wordOf('scale_dtype', node, [...SCALE_DTYPES.keys()], reader);
  return word && located(SCALE_DTYPES.get(word.value)!, word.range);
}

/** `nearest`, `stochastic` (seed 0) or `{ stochastic: SEED }`. */
export function readRound(node: SyntaxNode | undefined, reader: Reader): Located<Rounding> | undefined {
  if (node?.kind !== 'map') {
    const word = wordOf('round', node, ['nearest', 'stochastic'], reader);
    return (
      word && located(word.value === 'nearest' ? { kind: 'nearest' } : { kind: 'stochastic', seed: 0 }, word.range)
    );
  }
  const [entry, ...more] = node.entries;
  if (entry?.key.text !== 'stochastic' || more.length > 0) {
    const message = 'round is a mapping of something else; expected nearest, stochastic or { stochastic: SEED }';
    reportError(reader, 'bad-value', node.range, message);
    return undefined;
  }
  const seed = integerOf('the seed of stochastic', entry.value, 0, 2 ** 32 - 1, reader);
  return seed === undefined ? undefined : located({ kind: 'stochastic', seed }, node.range);
}
