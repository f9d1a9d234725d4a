import { describe, expect, it } from 'vitest';
import { buildTensorTree } from '../../../extension/core/checkpoint/tree';
import { parsePolicy } from '../../../extension/core/policy/parse';
import { createMatchCache } from '../../../extension/core/resolve/match-cache';
import type { Plan } from '../../../extension/core/resolve/plan';
import { resolve } from '../../../extension/core/resolve/resolve';
import { deepSeekV3Files } from '../../generators/deepseek-v3';
import { FAKE_FORMATS } from '../policy/fake-formats';

describe('DeepSeek-V3, 91,991 tensors', () => {
  const tree = buildTensorTree(deepSeekV3Files(), undefined);
  const cache = createMatchCache();
  const plan = (rules: string): Plan =>
    resolve(parsePolicy(`version: 1\ndefault: keep\nrules:\n${rules}`, FAKE_FORMATS).policy, tree, FAKE_FORMATS, cache);

  it('is a few hundred outcomes and kinds', () => {
    const { outcomes, tensors } = plan('  - { match: "**", dtype: bf16 }\n  - { match: "**.[0-9].**", dtype: keep }');
    expect(tensors).toHaveLength(91_991);
    expect(outcomes.length).toBeLessThan(200);
    expect(cache.index(tree).templates.length).toBeLessThan(60);
  });

  it.each([
    ['**.experts.*.down_proj.weight', 59 * 256],
    ['model.layers.{0..3}.**', 3 * 20 + 1558],
    ['model.layers.61.**', 1564],
    ['/.*experts\\.(1|2)\\.up_proj\\.weight/', 59 * 2],
    ['/model\\.layers\\.[0-2]\\..*/', 3 * 20],
    ['**_scale_inv', 62 * 5 + 3 * 3 + 59 * 3 * 257],
  ])('%s names %i of them', (pattern, count) => {
    expect(plan(`  - { match: "${pattern.replaceAll('\\', '\\\\')}", dtype: keep }`).rules[0]!.matched).toHaveLength(
      count,
    );
  });

  it('is named by the nearest pattern when one names nothing', () => {
    const { findings } = plan('  - { match: layers.*.mlp.expert.*.gate_proj.weight, dtype: keep }');
    expect(findings.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'no-match: "layers.*.mlp.expert.*.gate_proj.weight" matches no tensor; nearest is model.layers.3.mlp.experts.0.gate_proj.weight',
    ]);
  });

  it('is cast nowhere without its scales', () => {
    const { findings } = plan('  - { match: "**.experts.**.weight", dtype: int4 }');
    expect(findings.map(({ code, tensors }) => [code, tensors.length])).toEqual([['requantize', 10]]);
    expect(findings[0]!.message).toContain('model.layers.3.mlp.experts.0.gate_proj.weight and 45311 more');
  });

  it('does not fill the memory with rules that all match everything', () => {
    const rules = Array.from({ length: 2000 }, (_, at) => `  - { match: "**${'*'.repeat(at % 500)}", dtype: keep }`);
    expect(plan(rules.join('\n')).findings.map(({ code }) => code)).toContain('too-large');
  });
});
