import { describe, expect, test } from 'vitest';
import { valueRange } from '../../../extension/core/analysis/value-range';
import type { Cast, MatrixShape } from '../../../extension/core/formats/format';
import { FORMATS } from '../../../extension/core/formats/registry';
import { unpackScales } from '../../../extension/core/formats/scaling';
import { castOf, channel, group, none, tensor, weights } from './casts';

/** What is left of the values after a cast, and what it cost. */
function through(values: readonly number[] | Float32Array, matrix: MatrixShape, cast: Cast) {
  const format = FORMATS.get(cast.format)!;
  const source = Float32Array.from(values);
  const range = valueRange(source);
  const encoded = format.encodeRows(source, matrix, cast, range);
  const { codes, scales, saturated, flushed } = encoded;
  return { values: [...format.decodeRows(encoded, matrix, cast, range)], codes, scales, saturated, flushed };
}

const row = (columns: number): MatrixShape => ({ rows: 1, columns });
const SCALED = [...FORMATS.values()].filter(({ defaultScale }) => defaultScale.kind !== 'none').map(({ id }) => id);

describe('blocks of zeros', () => {
  test.each(SCALED)('%s: decode to zeros, never to NaN', (format) => {
    const { values, saturated, flushed } = through(new Float32Array(128), row(128), castOf(format));
    expect(values.every((value) => value === 0)).toBe(true);
    expect([saturated, flushed]).toEqual([0, 0]);
  });

  test('have scale 1, but nf4 stores absmax 0 as bitsandbytes does', () => {
    const zeros = new Float32Array(128);
    expect(unpackScales(through(zeros, row(128), castOf('int4')).scales, 'BF16')).toEqual([1]);
    expect(unpackScales(through(zeros, row(128), castOf('nf4')).scales, 'F32')).toEqual([0, 0]);
  });
});

test.each(SCALED)('%s: one denormal, or a hole, leaves a block finite', (format) => {
  const denormal = new Float32Array(128);
  denormal[5] = 2 ** -149;
  const holed = weights(128, 8);
  holed[3] = NaN;
  holed[40] = Infinity;
  for (const source of [denormal, holed]) {
    const { values } = through(source, row(128), castOf(format));
    const spoiled = values.filter((value, at) => !Number.isFinite(value) && Number.isFinite(source[at]!));
    expect(spoiled).toEqual([]);
  }
});

test('one outlier flushes the small values of its block, and that is counted', () => {
  const values = Float32Array.from({ length: 32 }, (_, at) => (at === 3 ? 112 : 0.01));
  const one = through(values, row(32), castOf('int4', { scale: group(32) }));
  expect(one.values[3]).toBe(112);
  expect([one.saturated, one.flushed]).toEqual([0, 31]);
  // Smaller blocks keep the harm to one of them.
  const many = through(values, row(32), castOf('int4', { scale: group(8) }));
  expect(many.flushed).toBe(7);
});

describe('scales that underflow', () => {
  const tiny = [1e-9, -5e-10, 0];

  test('a scale below the smallest of its dtype becomes that one, so that nothing is divided by zero', () => {
    const { values, scales } = through(tiny, row(3), castOf('int8', { scaleDtype: 'F16' }));
    expect(unpackScales(scales, 'F16')).toEqual([2 ** -24]);
    expect(values).toEqual([0, 0, 0]);
  });

  test('float32 scales hold denormal weights', () => {
    const denormal = 2 ** -149;
    const { values, scales } = through([denormal, 0, -denormal], row(3), castOf('fp8_e4m3'));
    expect(unpackScales(scales, 'F32')).toEqual([denormal]);
    expect(values).toEqual([denormal, 0, -denormal]);
  });
});

test('a scale beyond its dtype is its largest, and what does not fit saturates', () => {
  const { values, scales, saturated } = through([1e9, 3], row(2), castOf('int8', { scaleDtype: 'F16' }));
  expect(unpackScales(scales, 'F16')).toEqual([65504]);
  expect(values).toEqual([127 * 65504, 0]);
  expect(saturated).toBe(1);
});

describe('scales that are powers of two', () => {
  const largest = 3.4028234663852886e38;

  test.each([
    ['mxint8', { scaleRound: 'up' }],
    ['int2', { scale: channel, scaleDtype: 'F8_E8M0' }],
    ['ternary', { scale: channel, scaleDtype: 'F8_E8M0' }],
  ] as const)('%s: end at 2^127, before the code of NaN', (format, changes) => {
    // amax / largest code is above 2^127, so that rounded up it would be 2^128, code 255.
    const { scales } = through(new Float32Array(32).fill(largest), row(32), castOf(format, changes));
    expect([...scales]).toEqual([254]);
  });

  test.each(['mxfp8', 'mxfp4', 'mxint8'])('%s: begin at 2^-127, also where denormals would ask for less', (format) => {
    const denormals = Float32Array.from({ length: 32 }, (_, at) => at * 2 ** -149);
    expect([...through(denormals, row(32), castOf(format)).scales]).toEqual([0]);
  });
});

test.each([
  [[1, 2, 3], 0.2, -8],
  [[-1, -2, -3], 0.2, 7],
])('the range of a zero point holds 0, for one scale a tensor too: %o', (values, scale, zero) => {
  const cast = castOf('int4', { scale: tensor, scaleDtype: 'F32', symmetric: false });
  const source = Float32Array.from(values);
  const range = valueRange(source);
  const cut = through(source, row(3), cast);
  expect(unpackScales(cut.scales, 'F32')).toEqual([Math.fround(scale)]);
  const tensorInfo = { shape: [3], dtype: 'F32', range } as const;
  expect(new Int8Array(FORMATS.get('int4')!.constantPart!('zero-point', tensorInfo, cast)!.buffer)).toEqual(
    Int8Array.of(zero),
  );
});

test('the cast uses the scale as stored', () => {
  // 1 / 7 in bfloat16 is 0.142578125: 7 times that is not 1.
  const { values } = through([1, -1, 0.5], row(3), castOf('int4', { scale: channel }));
  expect(values).toEqual([7 * 0.142578125, -7 * 0.142578125, 4 * 0.142578125]);
});

test('amax on a power of two, and ties', () => {
  const cast = castOf('int8', { scale: tensor });
  // Scale 1: halves go to the even neighbour.
  expect(through([127, 0.5, 1.5, 2.5, -0.5, -1.5, 126.5], row(7), cast).values).toEqual([127, 0, 2, 2, 0, -2, 126]);
  expect(through([448, 0.0009765625, 17, 19], row(4), castOf('fp8_e4m3')).values).toEqual([448, 0, 16, 20]);
});

test('-0 stays -0 in a float', () => {
  for (const format of ['fp64', 'fp32', 'bf16', 'fp16', 'fp8_e4m3', 'fp8_e5m2', 'fp6_e2m3', 'fp6_e3m2', 'fp4_e2m1']) {
    const { values, flushed } = through([-0, 1], row(2), castOf(format));
    expect(Object.is(values[0], -0)).toBe(true);
    expect(flushed).toBe(0);
  }
});

describe('NaN and infinities', () => {
  const holed = [NaN, Infinity, -Infinity, 1];

  test('are kept by an unscaled float under ieee; e4m3 has no infinity', () => {
    const through4 = (format: string) =>
      through(holed, row(4), castOf(format, { scale: none, overflow: 'ieee' })).values;
    expect(through4('bf16')).toEqual(holed);
    expect(through4('fp16')).toEqual(holed);
    expect(through4('fp8_e5m2')).toEqual(holed);
    expect(through4('fp8_e4m3')).toEqual([NaN, NaN, NaN, 1]);
  });

  test('infinities become the largest code when saturating', () => {
    const { values, saturated } = through(holed, row(4), castOf('fp16'));
    expect(values).toEqual([NaN, 65504, -65504, 1]);
    expect(saturated).toBe(0);
  });

  test('do not spoil the scale of their block', () => {
    expect(through(holed, row(4), castOf('int8')).values).toEqual([0, 1, -1, 1]);
    expect(through(holed, row(4), castOf('nf4')).values).toEqual([0, 1, -1, 1]);
  });
});

test('overflow: saturate clamps and counts, ieee makes infinity or NaN and counts', () => {
  const large = [70000, -1e30, 65519, 65520];
  const saturate = through(large, row(4), castOf('fp16'));
  expect(saturate.values).toEqual([65504, -65504, 65504, 65504]);
  expect(saturate.saturated).toBe(3);
  const ieee = through(large, row(4), castOf('fp16', { overflow: 'ieee' }));
  expect(ieee.values).toEqual([Infinity, -Infinity, 65504, Infinity]);
  expect(ieee.saturated).toBe(3);
});

test('a row that the group does not divide has a shorter last group', () => {
  const values = weights(2 * 20, 4);
  const cast = castOf('int8', { scale: group(16) });
  const both = through(values, { rows: 2, columns: 20 }, cast);
  const second = through(values.subarray(20), row(20), cast);
  expect(unpackScales(both.scales, 'F32')).toHaveLength(4);
  expect(both.values.slice(20)).toEqual(second.values);
});

describe('shapes', () => {
  const sizes = (format: string, shape: readonly number[], changes: Partial<Cast> = {}) =>
    FORMATS.get(format)!
      .parts(shape, castOf(format, changes))
      .map((part) => `${part.role} ${part.dtype} [${part.shape.join(', ')}] ${part.bytes}`);

  test('a vector is one row', () => {
    expect(sizes('fp8_e4m3', [100])).toEqual(['codes F8_E4M3 [100] 100', 'scale F32 [1] 4']);
    expect(sizes('int4', [100], { scale: group(32) })).toEqual([
      'codes I32 [13] 52',
      'scale BF16 [4] 8',
      'shape I64 [1] 8',
    ]);
    expect(sizes('nf4', [130])).toEqual([
      'codes U8 [65, 1] 65',
      'scale F32 [3] 12',
      'codebook F32 [16] 64',
      'state U8 [75] 75',
    ]);
  });

  test('a scalar is one by one', () => {
    expect(sizes('bf16', [])).toEqual(['codes BF16 [] 2']);
    expect(sizes('int8', [])).toEqual(['codes I8 [] 1', 'scale F32 [1] 4']);
    expect(through([3], row(1), castOf('int8')).values).toEqual([3]);
  });

  test('stacks of experts are rows of their last axis', () => {
    expect(sizes('int4', [8, 6, 256])).toEqual([
      'codes I32 [8, 6, 32] 6144',
      'scale BF16 [8, 6, 2] 192',
      'shape I64 [3] 24',
    ]);
    expect(sizes('fp8_e4m3', [8, 6, 256])).toEqual(['codes F8_E4M3 [8, 6, 256] 12288', 'scale F32 [8, 6, 1] 192']);
    expect(sizes('int8', [8, 6, 256], { scale: tensor })).toEqual(['codes I8 [8, 6, 256] 12288', 'scale F32 [1] 4']);
  });

  test('empty tensors have empty codes', () => {
    expect(sizes('bf16', [0, 8])).toEqual(['codes BF16 [0, 8] 0']);
    expect(sizes('int4', [0, 256])).toEqual(['codes I32 [0, 32] 0', 'scale BF16 [0, 2] 0', 'shape I64 [2] 16']);
  });

  test('bytes stay exact beyond 2^31', () => {
    expect(sizes('bf16', [65536, 65537])).toEqual(['codes BF16 [65536, 65537] 8590065664']);
    expect(sizes('int4', [131072, 65536])[0]).toBe('codes I32 [131072, 8192] 4294967296');
  });

  test('a granularity that a format does not take is refused', () => {
    expect(() => sizes('bf16', [4, 4], { scale: channel })).toThrow('bf16 takes scale none, not channel');
    expect(() => sizes('int4', [4, 4], { scale: { kind: 'block', rows: 2, columns: 2 } })).toThrow(
      'int4 takes scale group, channel, tensor, not block',
    );
  });
});
