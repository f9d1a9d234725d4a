import { expect, test } from 'vitest';
import { FORMATS } from '../../../extension/core/formats/registry';
import {
  codePointText,
  optionKeys,
  roundingText,
  scaleText,
  shortNumber,
  storedText,
} from '../../../extension/core/interop/format-text';

const of = (id: string) => FORMATS.get(id)!;

test('options are named by the keys that a policy writes', () => {
  expect(optionKeys(of('mxfp4'))).toEqual(['scale_round', 'fit', 'rotate']);
  expect(optionKeys(of('bf16'))).toEqual([]);
});

test('scales as a policy writes them; those of ggml are inside its blocks', () => {
  expect(['int4', 'fp8_e4m3', 'mxfp4', 'bf16', 'q4_k'].map((id) => scaleText(of(id)))).toEqual([
    'group 128, bf16',
    'channel, fp32',
    'group 32, e8m0',
    '',
    'in blocks of 256',
  ]);
});

test('who rounds otherwise says so', () => {
  expect(roundingText(of('int4'))).toBe('to nearest, ties to even; stochastic with a seed');
  expect(roundingText(of('nf4'))).toBe('to the nearest code, a tie to the lower one');
  expect(roundingText(of('q4_k'))).toBe('as quantize_row_q4_K_ref of ggml, to the byte');
});

test('code points have as few digits as tell them apart in float32', () => {
  for (const { codePoints = [] } of FORMATS.values()) {
    for (const code of codePoints) expect(Math.fround(Number(codePointText(code)))).toBe(Math.fround(code));
  }
  expect(codePointText(Math.fround(0.1))).toBe('0.1');
});

test('numbers are short, but whole ones exact', () => {
  expect([65504, 3.4028234663852886e38, 2 ** -9, Number.MAX_VALUE].map(shortNumber)).toEqual([
    '65504',
    '3.403e+38',
    '0.001953',
    '1.798e+308',
  ]);
});

test('a weight as it lies on disk', () => {
  expect(storedText(of('int4'))).toEqual([
    'weight_packed I32 [4096, 512]',
    'weight_scale BF16 [4096, 32]',
    'weight_shape I64 [2]',
  ]);
});
