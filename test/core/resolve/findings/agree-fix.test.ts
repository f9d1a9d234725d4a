import { expect, test } from 'vitest';
import { BUILT_IN_FORMATS } from '../../../../extension/core/formats/registry';
import { applyEdits } from '../../../../extension/core/policy/apply-fixes';
import type { Finding } from '../../../../extension/core/policy/finding';
import { parsePolicy } from '../../../../extension/core/policy/parse';
import { resolve } from '../../../../extension/core/resolve/resolve';
import { CHECKPOINTS } from '../model-names';

function findingsOf(checkpoint: string, text: string): readonly Finding[] {
  const { policy } = parsePolicy(text, BUILT_IN_FORMATS);
  const { findings } = resolve(policy, CHECKPOINTS.get(checkpoint)!, BUILT_IN_FORMATS);
  return findings.filter(({ code }) => code === 'fused-differ' || code === 'tied');
}

const policy = (rules: string): string => `version: 1\ndefault: keep\nrules:\n${rules}`;

test.each([
  ['q brings k and v', 'llama', '"**.q_proj.weight"', '["**.q_proj.weight", "**.k_proj.weight", "**.v_proj.weight"]'],
  [
    'in the layer of the rule alone',
    'llama',
    'model.layers.3.self_attn.q_proj.weight',
    '["model.layers.3.self_attn.q_proj.weight", "model.layers.3.self_attn.k_proj.weight", "model.layers.3.self_attn.v_proj.weight"]',
  ],
  ['an expert brings all', 'mixture', '"**.experts.3.**"', '"**.experts.*.**"'],
  ['braces are left as they are', 'llama', '"**.{q,k}_proj.weight"', undefined],
  ['the head brings the embedding', 'tied', 'lm_head.weight', '["lm_head.weight", "model.embed_tokens.weight"]'],
])('%s', (_, checkpoint, match, fixed) => {
  const text = policy(`  - match: ${match}\n    dtype: int8\n`);
  const [found] = findingsOf(checkpoint, text);
  const [fix] = found!.fixes;
  if (fixed === undefined) {
    expect(fix).toBeUndefined();
    return;
  }
  const after = applyEdits(text, fix!.edits);
  expect(after).toBe(policy(`  - match: ${fixed}\n    dtype: int8\n`));
  expect(findingsOf(checkpoint, after)).toEqual([]);
});

test('it is never made without asking: more tensors get smaller', () => {
  const [found] = findingsOf('llama', policy('  - match: "**.q_proj.weight"\n    dtype: int8\n'));
  expect(found!.fixes.map(({ preferred }) => preferred)).toEqual([false]);
});
