import { expect, test } from 'vitest';
import type { StorageDtype } from '../../../extension/core/checkpoint/storage-dtype';
import { GGML_BLOCKS } from '../../../extension/core/checkpoint/storage-dtype';
import { BUILT_IN_FORMATS } from '../../../extension/core/formats/registry';
import { parsePolicy } from '../../../extension/core/policy/parse';
import { resolve } from '../../../extension/core/resolve/resolve';
import { treeOf, type TensorRow } from './model-names';

const W = 'model.layers.0.mlp.up_proj.weight';
const [ROWS, COLUMNS] = [64, 256];

/** What becomes of the codes, and what is said about them. */
function resolved(rows: readonly TensorRow[], dtype: string, codes = W) {
  const text = `version: 1\ndefault: keep\nrules:\n  - { match: ${codes}, ${dtype} }\n`;
  const { policy, findings } = parsePolicy(text, BUILT_IN_FORMATS);
  expect(findings).toEqual([]);
  const plan = resolve(policy, treeOf(rows), BUILT_IN_FORMATS);
  const { treatment } = plan.byName.get(codes)!;
  return [treatment.kind === 'keep' ? treatment.reason : treatment.kind, ...plan.findings.map(({ code }) => code)];
}

const scaled = (codes: StorageDtype, scale: readonly number[], dtype: StorageDtype = 'F32', suffix = '_scale') =>
  [
    [W, [ROWS, COLUMNS], codes],
    [W + suffix, scale, dtype],
  ] as const satisfies readonly TensorRow[];

test.each([
  ['float-quantized, by channel', scaled('F8_E4M3', [ROWS, 1]), 'dtype: fp8_e4m3'],
  ['its scales in bfloat16', scaled('F8_E4M3', [ROWS, 1], 'BF16'), 'dtype: fp8_e4m3'],
  ['one scale a tensor', scaled('F8_E4M3', [1]), 'dtype: fp8_e4m3, scale: tensor'],
  ['blocks of DeepSeek', scaled('F8_E4M3', [1, 2], 'F32', '_scale_inv'), 'dtype: fp8_e4m3, scale: "block 128x128"'],
  ['int-quantized', scaled('I8', [ROWS, 1]), 'dtype: int8'],
  ['mxfp8', scaled('F8_E4M3', [ROWS, COLUMNS / 32], 'U8'), 'dtype: mxfp8'],
])('%s is kept: it is stored so', (_, rows, dtype) => {
  expect(resolved(rows, dtype)).toEqual(['same-dtype']);
});

test.each([
  ['another scale', scaled('F8_E4M3', [ROWS, 1]), 'dtype: fp8_e4m3, scale: tensor'],
  ['another dtype of scales, asked for', scaled('F8_E4M3', [ROWS, 1]), 'dtype: fp8_e4m3, scale_dtype: bf16'],
  ['another format', scaled('F8_E4M3', [ROWS, 1]), 'dtype: int4'],
  ['a rotation', scaled('F8_E4M3', [ROWS, 1]), 'dtype: fp8_e4m3, rotate: 64'],
])('%s is no longer what is stored', (_, rows, dtype) => {
  expect(resolved(rows, dtype)).toEqual(['invalid', 'requantize']);
});

test('zero points tell asymmetric codes from symmetric ones', () => {
  const rows: readonly TensorRow[] = [...scaled('I8', [ROWS, 1]), [`${W}_zero_point`, [ROWS, 1], 'I8']];
  expect(resolved(rows, 'dtype: int8')).toEqual(['not-float', 'requantize']);
  expect(resolved(rows, 'dtype: int8, symmetric: false')).toEqual(['same-dtype']);
});

test('packed 4-bit floats of compressed-tensors', () => {
  const codes = `${W}_packed`;
  const packed = [codes, [ROWS, COLUMNS / 2], 'U8'] as const;
  const nvfp4: readonly TensorRow[] = [
    packed,
    [`${W}_scale`, [ROWS, COLUMNS / 16], 'F8_E4M3'],
    [`${W}_global_scale`, [1], 'F32'],
  ];
  const mxfp4: readonly TensorRow[] = [packed, [`${W}_scale`, [ROWS, COLUMNS / 32], 'U8']];
  expect(resolved(nvfp4, 'dtype: nvfp4', codes)).toEqual(['same-dtype']);
  expect(resolved(mxfp4, 'dtype: mxfp4', codes)).toEqual(['same-dtype']);
  expect(resolved(nvfp4, 'dtype: mxfp4', codes)).toEqual(['not-float', 'requantize']);
  expect(resolved(mxfp4, 'dtype: nvfp4', codes)).toEqual(['not-float', 'requantize']);
});

test('bitsandbytes: the name of the state tells nf4 from fp4, and the scales the group', () => {
  const bitsandbytes = (type: string, group: number): readonly TensorRow[] => [
    [W, [(ROWS * COLUMNS) / 2, 1], 'U8'],
    [`${W}.absmax`, [(ROWS * COLUMNS) / group], 'F32'],
    [`${W}.quant_map`, [16], 'F32'],
    [`${W}.quant_state.bitsandbytes__${type}`, [81], 'U8'],
  ];
  expect(resolved(bitsandbytes('nf4', 64), 'dtype: nf4')).toEqual(['same-dtype']);
  expect(resolved(bitsandbytes('fp4', 64), 'dtype: e2m1_bnb')).toEqual(['same-dtype']);
  expect(resolved(bitsandbytes('fp4', 64), 'dtype: nf4')).toEqual(['not-float', 'requantize']);
  expect(resolved(bitsandbytes('nf4', 128), 'dtype: nf4')).toEqual(['not-float', 'requantize']);
  expect(resolved(bitsandbytes('nf4', 64), 'dtype: nf4, nested: true')).toEqual(['not-float', 'requantize']);
});

const WRITTEN = Object.keys(GGML_BLOCKS).flatMap((type) => {
  const found = BUILT_IN_FORMATS.find(`ggml_type_${type.toLowerCase()}`);
  return found ? [[type, found.format.id] as const] : [];
});

test.each(WRITTEN)(
  '%s of a GGUF file is kept when it is asked for; another type is rounded a second time',
  (type, id) => {
    const rows: readonly TensorRow[] = [[W, [ROWS, COLUMNS], type as StorageDtype]];
    expect(resolved(rows, `dtype: ${id}`)).toEqual(['same-dtype']);
    expect(resolved(rows, `dtype: ${type === 'Q4_0' ? 'q8_0' : 'q4_0'}`)).toEqual(['cast', 'requantize']);
  },
);
