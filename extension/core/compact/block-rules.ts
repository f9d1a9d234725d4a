import type { ParsedPolicy } from '../policy/parse';
import type { TextRange } from '../policy/range';

/** Where the rules of a policy stand as a block list. */
export interface BlockRules extends TextRange {
  /** Column of the dashes. */
  readonly indent: number;
}

/** Undefined without rules, and for a list in brackets: what is written there would be no block list. */
export function blockRules({ syntax }: Pick<ParsedPolicy, 'syntax'>): BlockRules | undefined {
  const rules = syntax.root?.kind === 'map' ? syntax.root.entries.find(({ key }) => key.text === 'rules') : undefined;
  if (rules?.value?.kind !== 'list') return undefined;
  const { start, end } = rules.value.range;
  const indent = syntax.text.slice(syntax.text.lastIndexOf('\n', start - 1) + 1, start);
  return indent.trim() === '' ? { start, end, indent: indent.length } : undefined;
}
