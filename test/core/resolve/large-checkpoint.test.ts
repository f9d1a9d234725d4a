import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../../extension/core/policy/parse';
import { createMatchCache } from '../../../extension/core/resolve/match-cache';
import { resolve } from '../../../extension/core/resolve/resolve';
import { cpuTime } from '../policy/cpu-time';
import { FAKE_FORMATS } from '../policy/fake-formats';
import { treeOf, type TensorRow } from './model-names';

/** As many tensors as the largest mixtures have: 61 layers of 256 experts, two matrices and a scale each. */
function mixtureRows(): readonly TensorRow[] {
  const expert = (layer: number, at: number): readonly TensorRow[] =>
    ['down_proj', 'gate_proj', 'up_proj'].flatMap((name): readonly TensorRow[] => [
      [`model.layers.${layer}.mlp.experts.${at}.${name}.weight`, [2048, 7168]],
      [`model.layers.${layer}.mlp.experts.${at}.${name}.bias`, [2048]],
    ]);
  return Array.from({ length: 60 }, (_, layer) =>
    Array.from({ length: 256 }, (__, at) => expert(layer, at)).flat(),
  ).flat();
}

describe('92,160 tensors', () => {
  const tree = treeOf(mixtureRows());

  it('are resolved in a moment, and in less when only one rule changed', () => {
    const cache = createMatchCache();
    const policy = (dtype: string, pattern: string): string => `
default: bf16
rules:
  - { match: "**.experts.*.*_proj.weight", dtype: int4, group: 128 }
  - { match: "/model\\\\.layers\\\\.\\\\d+\\\\.mlp\\\\.experts\\\\.(1|2)\\\\..*/", dtype: int8 }
  - { match: "model.layers.{0..3}.**", dtype: ${dtype} }
  - { match: "${pattern}", dtype: keep }
`;
    const time = (text: string): { readonly took: number; readonly codes: readonly string[] } => {
      const parsed = parsePolicy(text, FAKE_FORMATS).policy;
      let codes: readonly string[] = [];
      const took = cpuTime(() => {
        codes = resolve(parsed, tree, FAKE_FORMATS, cache).findings.map(({ code }) => code);
      });
      return { took, codes };
    };
    const cold = time(policy('bf16', '**.bias'));
    const warm = time(policy('fp16', '**.bias'));
    const slip = time(policy('fp16', 'layers.*.mlp.expert.*.gate_proj.weight'));
    expect(slip.codes).toContain('no-match');
    expect(cold.took).toBeLessThan(3000);
    expect(warm.took).toBeLessThan(1500);
    expect(slip.took).toBeLessThan(3000);
  });

  it('do not fill the memory with rules that all match everything', () => {
    const rules = Array.from({ length: 2000 }, (_, at) => `  - { match: "**${'*'.repeat(at % 500)}", dtype: keep }`);
    const { policy } = parsePolicy(`version: 1\nrules:\n${rules.join('\n')}`, FAKE_FORMATS);
    const { findings } = resolve(policy, tree, FAKE_FORMATS);
    expect(findings.map(({ code }) => code)).toContain('too-large');
  });
});
