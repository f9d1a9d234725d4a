import { finding } from '../finding';
import type { TextRange } from '../range';
import type { SyntaxNode } from '../syntax';
import type { Entries } from './mapping';
import { reportError, scalarOf, type Reader } from './reader';

/**
 * `extends` and `formats` are keys of the language that nothing acts on yet: their shape is checked, and a
 * warning says that they have no effect, because silence would be taken for consent.
 */
export function readLaterKeys(entries: Entries, reader: Reader): void {
  const parent = scalarOf('extends', entries.value('extends'), 'the path of a policy', reader);
  if (parent) warn(parent.range, 'extends is not supported yet: the rules of that file are not applied', reader);
  const formats = entries.value('formats');
  if (formats === undefined || formats.kind === 'empty') return;
  if (formats.kind !== 'map') {
    reportError(
      reader,
      'bad-value',
      formats.range,
      'formats is not a mapping; expected NAME: { float | codebook: ... }',
    );
    return;
  }
  for (const { key, value } of formats.entries) {
    if (isFormat(value)) warn(key.range, `formats is not supported yet: ${key.text} can't be used as a dtype`, reader);
    else {
      const expected = '{ float: { exponent: 3, mantissa: 4 } } or { codebook: [-1, 0, 1], group: 64 }';
      reportError(reader, 'bad-value', key.range, `the format ${key.text} can't be read; expected ${expected}`);
    }
  }
}

function warn(range: TextRange, message: string, reader: Reader): void {
  reader.report(finding('not-supported', 'warning', range, message));
}

function isFormat(node: SyntaxNode | undefined): boolean {
  if (node?.kind !== 'map') return false;
  const parts = new Map(node.entries.map(({ key, value }) => [key.text, value]));
  const group = parts.get('group');
  if ([...parts.keys()].some((key) => !['float', 'codebook', 'group'].includes(key))) return false;
  if (group !== undefined && !isNumber(group, /^[1-9]\d{0,9}$/)) return false;
  if (parts.has('float') === parts.has('codebook')) return false;
  return parts.has('float') ? isFloat(parts.get('float')) : isCodebook(parts.get('codebook'));
}

function isFloat(node: SyntaxNode | undefined): boolean {
  if (node?.kind !== 'map') return false;
  const names = node.entries.map(({ key }) => key.text).sort();
  return names.join() === 'exponent,mantissa' && node.entries.every(({ value }) => isNumber(value, /^\d{1,2}$/));
}

function isCodebook(node: SyntaxNode | undefined): boolean {
  if (node?.kind !== 'list' || node.items.length < 2) return false;
  return node.items.every((item) => isNumber(item, /^[+-]?\d{1,12}(\.\d{1,20})?(e[+-]?\d{1,2})?$/i));
}

function isNumber(node: SyntaxNode | undefined, form: RegExp): boolean {
  return node?.kind === 'scalar' && form.test(node.text);
}
