import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readYaml } from '../../../extension/core/policy/read-yaml';
import { splitRules } from '../../../extension/core/policy/split-rules';
import { createSyntaxCache, readSyntax } from '../../../extension/core/policy/syntax-tree';
import { mutated } from './mutate';
import { createRandom } from './random';

const FOLDER = path.join(import.meta.dirname, 'fixtures');
const TEXTS = readdirSync(FOLDER).map((file) => readFileSync(path.join(FOLDER, file), 'utf8'));

const POLICY = `# a comment
version: 1
rules: # in order

  # the first
  - match: "a.*" # why
    dtype: keep
    because: >
      folded
      text

  # the second
  - { match: [b, "c"], dtype: int4 }
  -
    match:
      - d
      - 'e'
    layers: 0..3
budget:
  size: 3 MB
`;

describe('reading rule by rule', () => {
  it('cuts between the rules', () => {
    const { head, items, tail } = splitRules(POLICY)!;
    const cut = ({ start, end }: { start: number; end: number }) => POLICY.slice(start, end);
    expect(items.map(cut).map((text) => text.trim().split('\n')[0])).toEqual([
      '- match: "a.*" # why',
      '- { match: [b, "c"], dtype: int4 }',
      '-',
    ]);
    expect([head, ...items, tail!].map(cut).join('')).toBe(POLICY);
    expect(cut(tail!)).toBe('budget:\n  size: 3 MB\n');
  });

  it.each([
    ['as written', POLICY],
    ['with lines that end in CR and LF', POLICY.replaceAll('\n', '\r\n')],
    ['with dashes at the margin', POLICY.replaceAll(/^ {2}/gm, '')],
    ['without a tail', POLICY.slice(0, POLICY.indexOf('budget'))],
    ['without an end of line', POLICY.slice(0, POLICY.indexOf('\nbudget'))],
  ])('says what YAML says of the whole, %s', (_, text) => {
    expect(splitRules(text)).toBeDefined();
    expect(readSyntax(text).root).toEqual(readYaml(text).root);
    expect(readSyntax(text).findings).toEqual([]);
  });

  it.each([
    ['anchors', 'rules:\n  - match: &a x\n  - match: *a'],
    ['two documents', 'rules:\n  - match: x\n---\nrules: []'],
    ['a list in brackets', 'rules: [{ match: x }]'],
    ['no list', 'rules:\n  match: x'],
    ['a key between the margin and the dashes', 'rules:\n    - match: x\n  dtype: y'],
    ['tabs', 'rules:\n\t- match: x'],
  ])('leaves %s to YAML', (_, text) => {
    expect(splitRules(text)).toBeUndefined();
    const { root, findings, errors } = readYaml(text);
    expect(readSyntax(text)).toEqual({ text, root, findings: [...findings, ...errors] });
  });

  it('agrees with YAML on 1,500 mutated policies wherever YAML finds nothing wrong', () => {
    const random = createRandom(11);
    let cut = 0;
    for (let round = 0; round < 1500; round++) {
      const text = mutated([POLICY, ...TEXTS][random.integer(TEXTS.length + 1)]!, random);
      const { root, findings, errors } = readYaml(text);
      if (findings.length + errors.length > 0) continue;
      const read = readSyntax(text);
      expect(read.root, text).toEqual(root);
      expect(read.findings, text).toEqual([]);
      if (splitRules(text)) cut++;
    }
    expect(cut).toBeGreaterThan(150);
  });

  it('loses one rule to an error in it, no other', () => {
    const broken = POLICY.replace('"a.*"', '"a.*').replace("'e'", '[e');
    const { root, findings } = readSyntax(broken);
    expect(root?.kind === 'map' && root.entries.map(({ key }) => key.text)).toEqual(['version', 'rules', 'budget']);
    const rules = root?.kind === 'map' ? root.entries[1]!.value : undefined;
    expect(rules?.kind === 'list' && rules.items).toHaveLength(3);
    expect(findings.length).toBeGreaterThan(1);
  });
});

describe('a syntax cache', () => {
  it('changes nothing in 2,000 edits, one after the other', () => {
    const random = createRandom(12);
    const cache = createSyntaxCache();
    let text = POLICY;
    for (let round = 0; round < 2000; round++) {
      text = round % 25 === 0 ? POLICY : mutated(text, random);
      expect(readSyntax(text, cache), text).toEqual(readSyntax(text));
    }
  });

  it('reads only the rule that was typed in', () => {
    const cache = createSyntaxCache();
    const made: string[] = [];
    const watched: typeof cache = {
      ...cache,
      remember: (text, make) =>
        cache.remember(text, (own) => {
          made.push(own);
          return make(own);
        }),
    };
    readSyntax(POLICY, watched);
    expect(made).toHaveLength(5);
    readSyntax(POLICY.replace('int4', 'int8'), watched);
    expect(made.slice(5).map((text) => text.trim())).toEqual(['- { match: [b, "c"], dtype: int8 }']);
  });
});
