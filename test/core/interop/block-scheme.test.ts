import { expect, test } from 'vitest';
import type { TensorInfo } from '../../../extension/core/checkpoint/tensor';
import { buildTensorTree } from '../../../extension/core/checkpoint/tree';
import { BUILT_IN_FORMATS } from '../../../extension/core/formats/registry';
import { blockScheme } from '../../../extension/core/interop/block-scheme';
import { loading } from '../../../extension/core/interop/quantization-config';
import { parsePolicy } from '../../../extension/core/policy/parse';
import { resolve } from '../../../extension/core/resolve/resolve';
import { castOf, group } from '../formats/casts';

const NAME = 'model.layers.0.mlp.down_proj.weight';
const weight: TensorInfo = { name: NAME, dtype: 'BF16', shape: [128, 256], file: 'f', offset: 0, bytes: 65536 };
const tree = buildTensorTree([weight], undefined);

/** How a policy with one rule for the weight is loaded. */
function loadingOf(rule: string) {
  const text = `version: 1\nrules:\n  - { match: "**", ${rule} }\n`;
  return loading(resolve(parsePolicy(text, BUILT_IN_FORMATS).policy, tree, BUILT_IN_FORMATS));
}

// As `model_dump` prints the presets NVFP4A16, MXFP4A16, MXFP6A16 and MXFP8A16 of compressed-tensors 0.20.
const MX = {
  type: 'float',
  symmetric: true,
  group_size: 32,
  strategy: 'group',
  dynamic: false,
  scale_dtype: 'torch.uint8',
};
const NV = { ...MX, group_size: 16, strategy: 'tensor_group', scale_dtype: 'torch.float8_e4m3fn' };

test.each([
  ['mxfp8', 'mxfp8-quantized', { num_bits: 8, ...MX }],
  ['mxfp6_e2m3', 'mxfp6-pack-quantized', { num_bits: 6, ...MX }],
  ['mxfp4', 'mxfp4-pack-quantized', { num_bits: 4, ...MX }],
  ['nvfp4', 'nvfp4-pack-quantized', { num_bits: 4, ...NV }],
])('%s is a config group of compressed-tensors', (dtype, format, weights) => {
  const { kind, config } = loadingOf(`dtype: ${dtype}`);
  expect(kind).toBe('compressed-tensors');
  expect(config).toMatchObject({
    format,
    config_groups: { group_0: { format, targets: ['model.layers.0.mlp.down_proj'] } },
  });
  expect((config as { config_groups: { group_0: { weights: unknown } } }).config_groups.group_0.weights).toEqual(
    weights,
  );
});

test('other elements and other block sizes have no spelling', () => {
  for (const format of ['mxfp8_e5m2', 'mxfp6_e3m2', 'mxint8', 'bfp8', 'bfp4', 'bfp2']) {
    expect(blockScheme(castOf(format))).toBeUndefined();
  }
  expect(blockScheme(castOf('mxfp4', { scale: group(16) }))).toBeUndefined();
  expect(blockScheme(castOf('nvfp4', { scale: group(32) }))).toBeUndefined();
});

test('rotated weights have no loader, whatever the format', () => {
  expect(loadingOf('dtype: mxfp4, rotate: 32')).toMatchObject({ kind: 'none', config: undefined });
  expect(loadingOf('dtype: mxfp4, rotate: 32').note).toContain(`${NAME} is rotated in runs of 32`);
});
