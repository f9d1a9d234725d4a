import { describe, expect, it } from 'vitest';
import type { SelectionRange } from 'vscode-languageserver-types';
import { edit } from '../editor';

/** The texts that "expand selection" takes at the bar, one after the other. */
function expanded(marked: string): readonly string[] {
  const { service, document, position } = edit(marked);
  const [innermost] = service.selectionRanges(document, [position]);
  const texts: string[] = [];
  for (let each: SelectionRange | undefined = innermost; each; each = each.parent) {
    texts.push(document.getText(each.range));
  }
  return texts;
}

const RULES = 'rules:\n  - match: [a, "model.{q,k}_proj.weight"]\n    dtype: int8';

describe('selection', () => {
  it('grows from a segment over the pattern, its list and its rule to the document', () => {
    expect(expanded(`version: 1\n${RULES.replace('k}', '|k}')}\n`)).toEqual([
      'k',
      '{q,k}_proj',
      'model.{q,k}_proj.weight',
      '"model.{q,k}_proj.weight"',
      '[a, "model.{q,k}_proj.weight"]',
      'match: [a, "model.{q,k}_proj.weight"]',
      'match: [a, "model.{q,k}_proj.weight"]\n    dtype: int8',
      '- match: [a, "model.{q,k}_proj.weight"]\n    dtype: int8',
      RULES,
      `version: 1\n${RULES}`,
      `version: 1\n${RULES}\n`,
    ]);
  });

  it('grows from a key over its value', () => {
    expect(expanded('evaluate:\n  con|text: 512\n')).toEqual([
      'context',
      'context: 512',
      'evaluate:\n  context: 512',
      'evaluate:\n  context: 512\n',
    ]);
  });

  it('is the document where there is nothing else', () => {
    expect(expanded('# |note\n')).toEqual(['# note\n']);
  });
});
