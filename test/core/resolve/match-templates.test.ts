import { describe, expect, it } from 'vitest';
import { compilePattern } from '../../../extension/core/policy/pattern';
import { matchTemplates } from '../../../extension/core/resolve/match-templates';
import { firstTensors } from '../../../extension/core/resolve/tensor-set';
import { indexTree } from '../../../extension/core/resolve/tree-index';
import { createRandom } from '../policy/random';
import { treeOf, type TensorRow } from './model-names';
import { matches } from './naive-resolve';

const NAMES = [
  ...Array.from({ length: 40 }, (_, layer) =>
    Array.from({ length: 7 }, (__, expert) => `model.layers.${layer}.mlp.experts.${expert * 19}.up.weight`),
  ).flat(),
  ...Array.from({ length: 120 }, (_, at) => `h.${at}.a${at}.b`),
  ...['h.007.x', 'h.7.x', 'h.0.x', '0', '00', '12345678901.x', '3.4.5.6', 'a..1', '1.', '.1', 'ü.3.\ud83d\ude00'],
];
const TREE = treeOf(NAMES.map((name): TensorRow => [name, [1]]));
const INDEX = indexTree(TREE);

function found(kind: 'glob' | 'regex', source: string): readonly string[] {
  const compiled = compilePattern({ kind, source });
  if (compiled.kind === 'error') throw new Error(`${source}: ${compiled.message}`);
  return firstTensors(matchTemplates(compiled, INDEX), NAMES.length).map((at) => NAMES[at]!);
}

describe('names matched by their templates', () => {
  it.each([
    ...[
      '**',
      '*',
      '**.*',
      'h.*.*',
      'h.[0-9].x',
      '**.{3,4}.**',
      '**.1?.**',
      '**.*[13579].**',
      'model.layers.{0..12}.**',
    ],
    ...[
      '**.{00,007}.*',
      '**.[!3].**',
      '?',
      '??',
      '*.',
      '.*',
      '**.**.weight',
      '*.*.*.*',
      'ü.*.??',
      'model.layers.1*.**',
    ],
  ])('are those of the glob %s', (source) => {
    expect(found('glob', source)).toEqual(NAMES.filter((name) => matches({ kind: 'glob', source }, name)));
  });

  it.each([
    ...[
      '.*',
      '.*\\d+.*',
      '.*\\.3\\..*',
      '.*\\.[2-5]\\..*',
      '.*[^0-4]\\.x',
      '[a-z.]+\\d*.*',
      '.*\\.\\d{2}\\..*',
      '\\w\\.\\d',
    ],
    ...[
      '.*\\x33.*',
      '.*[\\x30-\\x34]\\.x',
      'h\\.(0|1|22)\\..*',
      '.*[--5]\\..*',
      '.*[5-z]\\..*',
      '(?:[0-35-9]|\\D)*',
      '.*\\b7\\b.*',
    ],
  ])('are those of the regular expression %s', (source) => {
    expect(found('regex', source)).toEqual(NAMES.filter((name) => matches({ kind: 'regex', source }, name)));
  });

  it.each([
    '.*\\060.*',
    '.*\\071.*',
    '.*[[:digit:]]{3}.*',
    '.*\\pN.*',
    '\\Qh.7.x\\E',
    '(?i)H\\.7.*',
    '.*\\x{37}.*',
    '(?P<n1>h).*',
  ])('are those that the engine finds one by one for %s', (source) => {
    const compiled = compilePattern({ kind: 'regex', source });
    if (compiled.kind === 'error') throw new Error(compiled.message);
    const each = NAMES.filter((name) => compiled.matches(name));
    expect(each.length).toBeGreaterThan(0);
    expect(found('regex', source)).toEqual(each);
  });

  it('are those of 2,000 random patterns of digits', () => {
    const random = createRandom(3);
    const parts = [
      '[0-3]',
      '[^5]',
      '\\d',
      '\\D',
      '1',
      '9',
      '(2|7)',
      '[4-6a]',
      '.*',
      '\\.',
      '.',
      'h',
      '[a-z]+',
      '\\d{1,2}',
      '7?',
    ];
    for (let round = 0; round < 2000; round++) {
      const source = random.pick(parts, 8).join('');
      const compiled = compilePattern({ kind: 'regex', source });
      if (compiled.kind === 'error') throw new Error(compiled.message);
      const each = NAMES.filter((name) => compiled.matches(name));
      expect(found('regex', source), source).toEqual(each);
    }
  });
});
