import { describe, expect, test } from 'vitest';
import { defaultCast } from '../../../extension/core/formats/default-cast';
import { definedFormat } from '../../../extension/core/formats/defined-format';
import type { Cast, Granularity } from '../../../extension/core/formats/format';
import { castOf, channel, group, none, tensor } from '../../core/formats/casts';
import { valuesOf } from '../cast-values';
import { expectConcatenates, expectSame, expectSameForAll, hasSteps, jobOf, scaleTitle } from './cast-jobs';

const block: Granularity = { kind: 'block', rows: 4, columns: 24 };

/** A format of a policy's own. */
const defined = (exponent: number, mantissa: number, special: 'ieee' | 'finite', changes: Partial<Cast>): Cast => ({
  ...defaultCast(definedFormat('mine', { kind: 'float', exponent, mantissa, special })),
  ...changes,
});

const BUILT_IN = ['fp8_e4m3', 'fp8_e5m2', 'fp8_e4m3fnuz', 'fp8_e5m2fnuz', 'fp6_e2m3', 'fp6_e3m2', 'fp4_e2m1'] as const;
const SCALES = [none, channel, tensor, group(32), group(13), block];

const OPTIONS: readonly (readonly [string, Partial<Cast>])[] = [
  ['nearest', {}],
  ['ieee', { overflow: 'ieee' }],
  ['stochastic', { round: { kind: 'stochastic', seed: 77 } }],
  ['fit', { fit: 'mse' }],
  ['fit, ieee', { fit: 'mse', overflow: 'ieee' }],
];

const cases = OPTIONS.flatMap(([title, changes]) =>
  SCALES.filter(({ kind }) => !changes.fit || (kind !== 'none' && kind !== 'tensor')).map(
    (scale) => [title, scaleTitle(scale), { ...changes, scale }] as const,
  ),
);

function throughKernels(...casts: readonly Cast[]): void {
  for (const cast of casts) {
    expect(hasSteps(cast)).toBe(true);
    expectSameForAll(cast, 600);
  }
}

describe.each(BUILT_IN)('%s', (format) => {
  test.each(cases)('%s, scale %s: has kernels that equal the reference bit for bit', (_, __, changes) => {
    const dtypes = changes.scale.kind === 'none' ? (['F32'] as const) : (['F32', 'BF16'] as const);
    const casts = dtypes.map((scaleDtype) => castOf(format, { ...changes, scaleDtype }));
    throughKernels(...casts);
  });

  test('blocks of runs of rows concatenate', () => {
    const values = valuesOf('weights', 41 * 50, 8);
    expectConcatenates(jobOf(values, { rows: 41, columns: 50 }, castOf(format, { scale: block })));
    expectConcatenates(jobOf(values, { rows: 41, columns: 50 }, castOf(format, { scale: group(9) })));
  });
});

const SPLITS = [
  [3, 4],
  [2, 5],
  [1, 6],
  [4, 3],
  [1, 1],
  [2, 2],
  [3, 3],
  [4, 1],
  [5, 4],
  [7, 3],
  [6, 5],
  [2, 12],
  [5, 10],
  [1, 14],
] as const;

describe.each(SPLITS)('a defined float of %d and %d bits', (exponent, mantissa) => {
  test.each(['finite', 'ieee'] as const)('%s: has kernels that equal the reference bit for bit', (special) => {
    const casts = [none, channel, group(13)].flatMap((scale) => [
      defined(exponent, mantissa, special, { scale }),
      defined(exponent, mantissa, special, { scale, overflow: 'ieee' }),
    ]);
    throughKernels(...casts);
    throughKernels(defined(exponent, mantissa, special, { scale: none, round: { kind: 'stochastic', seed: 4 } }));
    throughKernels(defined(exponent, mantissa, special, { scale: channel, fit: 'mse' }));
  });
});

test('eight exponent bits with infinities', () => {
  for (const mantissa of [1, 4, 7]) {
    const casts = [none, channel].map((scale) => defined(8, mantissa, 'ieee', { scale, overflow: 'ieee' }));
    throughKernels(...casts);
  }
});

test.each([
  ['no mantissa', defined(4, 0, 'finite', {})],
  ['scales of powers of two', castOf('fp8_e4m3', { scale: group(32), scaleDtype: 'F8_E8M0' })],
])('%s: left to the reference', (_, cast) => {
  expect(hasSteps(cast)).toBe(false);
  expectSame(jobOf(valuesOf('weights', 64, 1), { rows: 2, columns: 32 }, cast));
});
