import { EVALUATE_KEYS } from '../keys';
import type { EvaluateSettings } from '../policy';
import { located, type Located } from '../range';
import type { SyntaxNode } from '../syntax';
import { entriesOf } from './mapping';
import { integerOf, reportError, scalarOf, wordOf, type Reader } from './reader';

export function readEvaluate(node: SyntaxNode | undefined, reader: Reader): EvaluateSettings | undefined {
  const entries = entriesOf('evaluate', node, EVALUATE_KEYS, reader);
  return (
    entries && {
      text: readPath('text', entries.value('text'), reader),
      context: integerOf('context', entries.value('context'), 2, 1 << 20, reader),
      windows: integerOf('windows', entries.value('windows'), 1, 1_000_000, reader),
      scoring: wordOf('scoring', entries.value('scoring'), ['all', 'second-half'], reader)?.value,
    }
  );
}

/** A path as written; what it names is looked up elsewhere. */
export function readPath(key: string, node: SyntaxNode | undefined, reader: Reader): Located<string> | undefined {
  const scalar = scalarOf(key, node, 'a path relative to this file', reader);
  if (!scalar) return undefined;
  if (scalar.text !== '' && !scalar.text.includes('\0')) return located(scalar.text, scalar.range);
  reportError(reader, 'bad-value', scalar.range, `${key} is not a path; expected one relative to this file`);
  return undefined;
}
