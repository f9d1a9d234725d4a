import { expect, test } from 'vitest';
import { BUILT_IN_FORMATS } from '../../../extension/core/formats/registry';
import { parsePolicy } from '../../../extension/core/policy/parse';

const messages = (rule: string): readonly string[] =>
  parsePolicy(`version: 1\nrules:\n  - { match: a, ${rule} }\n`, BUILT_IN_FORMATS).findings.map(
    ({ message }) => message,
  );

test('block-scaled formats take their own options', () => {
  expect(messages('dtype: mxfp4, scale_round: up, fit: mse, rotate: 32, round: stochastic')).toEqual([]);
  expect(messages('dtype: nvfp4, fit: mse, rotate: 128, group: 16')).toEqual([]);
  expect(messages('dtype: bfp8, rotate: 16')).toEqual([]);
  expect(messages('dtype: nvfp4, scale_round: up')[0]).toContain('nvfp4 takes no scale_round');
  expect(messages('dtype: bfp8, round: stochastic')[0]).toContain("can't be rounded stochastically");
});

test('the dtype of their scales is theirs to say', () => {
  expect(messages('dtype: mxfp4, scale_dtype: bf16')).toEqual([
    'mxfp4 stores its scales in one dtype only; remove scale_dtype',
  ]);
  expect(messages('dtype: mxfp4, scale_dtype: e8m0')).toEqual([]);
  expect(messages('dtype: nvfp4, scale_dtype: e8m0')).toHaveLength(1);
});

test('a rotation is a power of two', () => {
  expect(messages('dtype: mxfp4, rotate: 48')).toEqual(["rotate can't be 48; expected a power of two"]);
});
