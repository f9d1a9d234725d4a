import { describe, expect, it } from 'vitest';
import { edit } from './editor';

describe('the outline', () => {
  it('has the keys of the policy, and the rules by their patterns', () => {
    const symbols = edit(`version: 1
default: bf16
rules:
  - match: "**.mlp.*"
    dtype: int4
  - match: [a, b]
    dtype: keep
  - dtype: int8
`).symbols();
    expect(symbols.map(({ name, detail }) => [name, detail])).toEqual([
      ['version', '1'],
      ['default', 'bf16'],
      ['rules', undefined],
    ]);
    expect(symbols[2]?.children?.map(({ name, detail }) => [name, detail])).toEqual([
      ['**.mlp.*', 'int4'],
      ['a and 1 more', 'keep'],
      ['rule 3', 'int8'],
    ]);
  });

  it('is empty for a text that is no policy', () => {
    expect(edit('just words').symbols()).toEqual([]);
    expect(edit('').symbols()).toEqual([]);
  });
});
