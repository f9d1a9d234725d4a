import { expect, test } from 'vitest';
import { BUILT_IN_FORMATS } from '../../../extension/core/formats/registry';
import { parsePolicy } from '../../../extension/core/policy/parse';

const messages = (rule: string): readonly string[] =>
  parsePolicy(`version: 1\nrules:\n  - { match: a, ${rule} }\n`, BUILT_IN_FORMATS).findings.map(
    ({ message }) => message,
  );

test('integers take zero points, all codes, a fit and a wider integer to be derived from', () => {
  expect(messages('dtype: int4, symmetric: false, scale: channel, scale_dtype: fp16')).toEqual([]);
  expect(messages('dtype: int3, narrow: false, fit: mse, via: int8')).toEqual([]);
  expect(messages('dtype: int8, scale: block 128x128, fit: mse')).toEqual([]);
  expect(messages('dtype: int8, via: int8')[0]).toContain('int8 takes no via');
  expect(messages('dtype: int4, scale: block 128x128')[0]).toContain("int4 can't have block 128x128 as its scale");
});

test('only plain integers can be derived from', () => {
  for (const via of ['ternary', 'dfp16', 'bf16', 'int9']) {
    expect(messages(`dtype: int4, via: ${via}`)).toEqual([
      `via can't be "${via}"; expected an integer format such as int8`,
    ]);
  }
  expect(messages('dtype: int4, via: int3')[0]).toContain("can't be derived from int3, which is no wider");
});

test('a scale of a whole tensor is not fitted', () => {
  const wanted = 'fit: mse needs scales of their own for runs of a row; give scale: channel or a group';
  expect(messages('dtype: int8, scale: tensor, fit: mse')).toEqual([wanted]);
  expect(messages('dtype: int8, scale: tensor, fit: amax')).toEqual([]);
});

test('dynamic fixed point has one exponent a tensor', () => {
  expect(messages('dtype: dfp16')).toEqual([]);
  expect(messages('dtype: dfp8, scale: channel')[0]).toContain("dfp8 can't have channel as its scale; expected tensor");
  expect(messages('dtype: dfp8, scale_dtype: fp16')[0]).toContain('stores its scales in one dtype only');
});
