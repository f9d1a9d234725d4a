import { describe, expect, it } from 'vitest';
import { NEVER_CANCELLED } from '../../../extension/service/cancellation';
import { TOKEN_MODIFIERS, TOKEN_TYPES } from '../../../extension/service/features/semantic-tokens';
import { edit } from '../editor';

/** Tokens as an editor reads them from the numbers: `text type modifier`. */
async function tokens(policy: string, lines?: readonly [number, number]): Promise<readonly string[]> {
  const { service, document } = edit(policy);
  const range = lines && { start: { line: lines[0], character: 0 }, end: { line: lines[1], character: 0 } };
  const { data } = await service.semanticTokens(document, range, NEVER_CANCELLED);
  const read: string[] = [];
  let [line, character] = [0, 0];
  for (let at = 0; at < data.length; at += 5) {
    const [lines, columns, length, type, bits] = data.slice(at, at + 5) as [number, number, number, number, number];
    character = lines === 0 ? character + columns : columns;
    line += lines;
    const text = document.getText({ start: { line, character }, end: { line, character: character + length } });
    const modifiers = TOKEN_MODIFIERS.filter((_, bit) => (bits & (1 << bit)) !== 0);
    read.push([text, TOKEN_TYPES[type], ...modifiers].join(' '));
  }
  return read;
}

const HEAD = 'version: 1\ncheckpoint: model\nrules:\n';

describe('semantic tokens', () => {
  it('tell the parts of a glob apart', async () => {
    const found = await tokens(`${HEAD}  - match: "model.*.{q,k}_proj.[0-9]{0..3}.x?"\n    dtype: int8\n`);
    expect(found.slice(found.indexOf('match property') + 1)).toEqual([
      'model segment',
      '* wildcard',
      '{ wildcard',
      'q capture',
      'k capture',
      '} wildcard',
      '_proj segment',
      '[0-9] wildcard',
      '{ wildcard',
      '0 number',
      '.. wildcard',
      '3 number',
      '} wildcard',
      'x segment',
      '? wildcard',
      'dtype property',
      'int8 dtype',
    ]);
  });

  it("know keys, dtypes, spellings of other tools, and formats of one's own", async () => {
    const policy = `default: bfloat16
rules:
  - match: /a.*/
    dtype: mine
    layers: "2..-3, 5"
  - { match: b, dtype: keep }
formats: { mine: { codebook: [-1, 1], group: 64 } }
`;
    expect(await tokens(policy)).toEqual([
      'default property',
      'bfloat16 dtype deprecated',
      'rules property',
      'match property',
      '/a.*/ regexp',
      'dtype property',
      'mine dtype',
      'layers property',
      '2 number',
      '.. operator',
      '-3 number',
      '5 number',
      'match property',
      'b segment',
      'dtype property',
      'keep keyword',
      'formats property',
      'mine dtype declaration',
      'codebook property',
      'group property',
    ]);
  });

  it('mark a pattern that later rules leave nothing to decide', async () => {
    const policy = `${HEAD}  - match: ["**.up_proj.weight", "**.q_proj.weight"]
    dtype: int8
  - match: "**.up_proj.*"
    dtype: int8
`;
    const found = await tokens(policy);
    expect(found.filter((token) => token.includes('overridden'))).toEqual([
      '** wildcard overridden',
      'up_proj segment overridden',
      'weight segment overridden',
    ]);
  });

  it('of some lines are those of these lines', async () => {
    expect(await tokens(`${HEAD}  - match: a\n    dtype: int8\n`, [4, 5])).toEqual(['dtype property', 'int8 dtype']);
  });

  it('of a pattern with escapes are one token', async () => {
    expect(await tokens('rules:\n  - match: "a\\\\*b"\n')).toContain('a\\\\*b segment');
  });
});
