import { finding } from '../finding';
import type { SyntaxNode } from '../syntax';
import { scalarOf, type Reader } from './reader';

/**
 * `extends` is a key of the language that nothing acts on yet: its shape is checked, and a warning says that it has no
 * effect, because silence would be taken for consent.
 */
export function readExtends(node: SyntaxNode | undefined, reader: Reader): void {
  const parent = scalarOf('extends', node, 'the path of a policy', reader);
  if (!parent) return;
  const message = 'extends is not supported yet: the rules of that file are not applied';
  reader.report(finding('not-supported', 'warning', parent.range, message));
}
