import { expect, test } from 'vitest';
import { BUILT_IN_FORMATS } from '../../../../extension/core/formats/registry';
import { parsePolicy } from '../../../../extension/core/policy/parse';
import { resolve } from '../../../../extension/core/resolve/resolve';
import { llamaRows, treeOf } from '../model-names';

function check(rule: string, target = 'compressed-tensors') {
  const text = `version: 1\ntarget: ${target}\nrules:\n  - { match: "**.down_proj.weight", ${rule} }\n`;
  const { policy, findings } = parsePolicy(text, BUILT_IN_FORMATS);
  return [...findings, ...resolve(policy, treeOf(llamaRows()), BUILT_IN_FORMATS).findings].map(
    ({ code, severity, message }) => {
      return `${severity} ${code} ${message}`;
    },
  );
}

test('packed zero points are read by vLLM but not by transformers: a warning', () => {
  const reason =
    'warning target-cannot model.layers.0.mlp.down_proj.weight: transformers 5.23 expects zero points that are not packed; vLLM and compressed-tensors itself read them. int8, or "symmetric: true", loads everywhere (and 5 more tensors)';
  expect(check('dtype: int4, symmetric: false')).toEqual([reason]);
  expect(check('dtype: int3, scale: channel, symmetric: false')).toEqual([reason]);
});

test.each(['int8, symmetric: false', 'int4, symmetric: true', 'int4'])('%s loads everywhere', (rule) => {
  expect(check(`dtype: ${rule}`)).toEqual([]);
});

test('what the target can not hold at all is an error', () => {
  expect(check('dtype: sf4')).toEqual([
    "error target-cannot model.layers.0.mlp.down_proj.weight: compressed-tensors can't load sf4 group 64: it has no spelling for this dtype with this scale (and 5 more tensors)",
  ]);
});
