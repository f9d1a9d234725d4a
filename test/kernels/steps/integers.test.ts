import { describe, expect, test } from 'vitest';
import type { Cast, Granularity } from '../../../extension/core/formats/format';
import { castOf, channel, group, tensor } from '../../core/formats/casts';
import { valuesOf } from '../cast-values';
import { expectConcatenates, expectSame, expectSameForAll, hasSteps, jobOf, scaleTitle } from './cast-jobs';

const block: Granularity = { kind: 'block', rows: 4, columns: 24 };
const FORMATS = ['int8', 'int7', 'int6', 'int5', 'int4', 'int3', 'int2'] as const;

const OPTIONS: readonly (readonly [string, Partial<Cast>])[] = [
  ['symmetric', {}],
  ['all codes', { narrow: false }],
  ['zero points', { symmetric: false }],
  ['fit', { fit: 'mse' }],
  ['fit and zero points', { fit: 'mse', symmetric: false }],
  ['stochastic, all codes', { narrow: false, round: { kind: 'stochastic', seed: 5 } }],
  ['stochastic and zero points', { symmetric: false, round: { kind: 'stochastic', seed: 2 ** 35 + 1 } }],
];

const scalesOf = (format: string): readonly Granularity[] =>
  format === 'int8' ? [channel, tensor, group(13), block] : [channel, tensor, group(32), group(7)];

const cases = FORMATS.flatMap((format) =>
  OPTIONS.flatMap(([title, changes]) =>
    scalesOf(format)
      .filter(({ kind }) => kind !== 'tensor' || changes.fit !== 'mse')
      .map((scale) => [format, title, scaleTitle(scale), { ...changes, scale }] as const),
  ),
);

describe.each(cases)('%s, %s, scale %s', (format, _, __, changes) => {
  test('has kernels that equal the reference bit for bit', () => {
    expect(hasSteps(castOf(format, changes))).toBe(true);
    for (const scaleDtype of ['F32', 'BF16', 'F16'] as const) {
      expectSameForAll(castOf(format, { ...changes, scaleDtype }), 300);
    }
  });
});

test.each(['int8', 'int7', 'int4', 'int3', 'int6'] as const)('%s: zero points of runs of rows concatenate', (format) => {
  const values = valuesOf('weights', 77 * 40, 8);
  expectConcatenates(jobOf(values, { rows: 77, columns: 40 }, castOf(format, { symmetric: false, scale: group(8) })));
  if (format !== 'int8') return;
  expectConcatenates(jobOf(values, { rows: 77, columns: 40 }, castOf(format, { symmetric: false, scale: block })));
});

describe.each([channel, tensor, group(32), group(7)])('ternary, scale %o', (scale) => {
  test('has kernels that equal the reference bit for bit', () => {
    expect(hasSteps(castOf('ternary', { scale }))).toBe(true);
    expectSameForAll(castOf('ternary', { scale }), 400);
    expectSameForAll(castOf('ternary', { scale, round: { kind: 'stochastic', seed: 1 } }), 410);
    if (scale.kind !== 'tensor') expectSameForAll(castOf('ternary', { scale, fit: 'mse' }), 420);
  });
});

test.each(['dfp8', 'dfp16'])('%s has kernels that equal the reference bit for bit', (format) => {
  expect(hasSteps(castOf(format))).toBe(true);
  expectSameForAll(castOf(format), 500);
  expectSameForAll(castOf(format, { round: { kind: 'stochastic', seed: 9 } }), 510);
});

describe.each([
  ['int4', 'int8', {}],
  ['int4', 'int8', { scale: tensor, symmetric: false }],
  ['int3', 'int8', { scale: channel, narrow: false }],
  ['int2', 'int6', { symmetric: false }],
  ['int6', 'int8', { fit: 'mse' }],
  ['int5', 'int6', { round: { kind: 'stochastic', seed: 2 } }],
] as const)('%s from %s, %o', (format, via, changes) => {
  test('has kernels that equal the reference bit for bit', () => {
    for (const scaleDtype of ['F32', 'F16'] as const) {
      const cast = castOf(format, { scale: group(32), via, scaleDtype, ...changes });
      expect(hasSteps(cast)).toBe(true);
      expectSameForAll(cast, 700);
    }
  });
});

test('zero points under a rotation', () => {
  const cast = castOf('int4', { symmetric: false, rotate: 16, scale: group(32) });
  expect(hasSteps(cast)).toBe(true);
  for (const kind of ['weights', 'outliers'] as const) {
    expectSame(jobOf(valuesOf(kind, 37 * 64, 3), { rows: 37, columns: 64 }, cast));
  }
});
