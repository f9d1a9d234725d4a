import { describe, expect, it } from 'vitest';
import { edit } from '../editor';

/** Folds as `first-last kind`, lines from 0. */
function folds(policy: string): readonly string[] {
  const { service, document } = edit(policy);
  return service
    .foldingRanges(document)
    .map(({ startLine, endLine, kind }) => `${startLine}-${endLine}${kind === undefined ? '' : ` ${kind}`}`);
}

describe('folding', () => {
  it('takes rules, lists and comments of several lines', () => {
    expect(
      folds(`# one
# two
version: 1
rules:
  # only one line
  - match:
      - a
      - b
    dtype: int8

  - { match: c, dtype: keep }
evaluate:
  text: a
  context: 512
`),
    ).toEqual(['0-1 comment', '3-10', '5-8', '11-13']);
  });

  it('leaves a closing bracket in view', () => {
    expect(folds('rules:\n  - match: [\n      a,\n      b,\n      ]\n    dtype: int8\n')).toEqual(['0-5', '1-5']);
    expect(folds('{ "rules": [\n  {\n    "match": "a"\n  }\n] }\n')).toEqual(['0-3', '1-2']);
  });

  it('takes no sign in a text for a comment', () => {
    expect(
      folds('rules:\n  - match: a\n    because: >\n      # no comment\n      # nor this\n    dtype: int8\n'),
    ).toEqual(['0-5', '1-5', '2-4']);
  });
});
