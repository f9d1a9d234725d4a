import { describe, expect, test } from 'vitest';
import { valueRange } from '../../extension/core/analysis/value-range';
import { codebookOf, nearestCode, type Codebook } from '../../extension/core/formats/codebooks/codebook';
import { E2M1_BNB_CODEBOOK } from '../../extension/core/formats/bitsandbytes/e2m1-bnb';
import type { Cast, ScaleDtype } from '../../extension/core/formats/format';
import { NF4_CODEBOOK } from '../../extension/core/formats/bitsandbytes/nf4';
import { studentCodes } from '../../extension/core/formats/codebooks/student-codes';
import { referenceKernels } from '../../extension/kernels/cast-reference';
import { bucketTables } from '../../extension/kernels/codebook-tables';
import { castOf, group, random } from '../core/formats/casts';
import { castKernels } from './cast-module';
import { valuesOf } from './cast-values';
import { sameResult } from './same-result';

const wasm = castKernels();

function own(codes: readonly number[], scaleDtype: ScaleDtype = 'F32'): Cast {
  return { ...castOf('sf4', { scaleDtype }), format: 'own', definition: { kind: 'codebook', codes, group: 64 } };
}

/** Codebooks that the kernel looks up in one level, in several, and that it searches. */
const CODEBOOKS: Readonly<Record<string, readonly number[]>> = {
  two: [1, -1],
  'one sign': [0.5, 1, 1.5, 4],
  'close to zero': [0, 1e-7, -1e-7, 1, -1],
  'steps of an integer': Array.from({ length: 31 }, (_, at) => at - 15),
  twenty: studentCodes(5, 5).slice(0, 20),
  many: Array.from({ length: 256 }, (_, at) => (at - 127.5) ** 3),
  crowded: Array.from({ length: 200 }, (_, at) => (at === 0 ? 1 : at * 1e-5)),
};

/** Float32 that lie some units in the last place around a value. */
function around(value: number): readonly number[] {
  const words = new Int32Array(Float32Array.of(value).buffer);
  return [-5, -2, -1, 0, 1, 2, 5].map((units) => new Float32Array(Int32Array.of(words[0]! + units).buffer)[0]!);
}

/** Rows of 64: each begins with its largest magnitude, the others lie at the bounds under the scale of that one. */
function atBounds({ bounds, largest }: Codebook, blockwise: boolean): Float32Array<ArrayBuffer> {
  const next = random(5);
  const rows: number[] = [];
  for (const amax of [largest, 1, 3.7e-3, 0.1 + next(), 1e9 * next(), 1e-20, 1e-37, 2 ** -140]) {
    const scale = blockwise ? Math.fround(amax) : Math.fround(Math.fround(amax) / largest);
    const near = [...bounds].flatMap((bound) => around(bound * scale)).filter((value) => Math.abs(value) <= amax);
    for (let start = 0; start < near.length; start += 63) {
      const row = [amax, ...near.slice(start, start + 63)];
      rows.push(...row, ...Array.from({ length: 64 - row.length }, () => 0));
    }
  }
  return Float32Array.from(rows);
}

function same(values: Float32Array<ArrayBuffer>, cast: Cast): void {
  const matrix = { rows: values.length / 64, columns: 64 };
  const bytes = new Uint8Array(values.buffer);
  const job = { dtype: 'F32', bytes, matrix, firstElement: 0, cast, range: valueRange(values), decode: true } as const;
  sameResult(wasm.cast(job), referenceKernels.cast(job));
}

describe('codes of values at the bounds, and some units in the last place beside them, are those of the reference', () => {
  test.each(Object.entries(CODEBOOKS))('%s', (_, codes) => {
    const values = atBounds(codebookOf(codes, 'own'), false);
    for (const scaleDtype of ['F32', 'BF16', 'F16'] as const) same(values, own(codes, scaleDtype));
  });

  test.each([3, 5, 30, 100])('sf4, nu %i', (nu) => {
    const values = atBounds(codebookOf(studentCodes(4, nu), 'sf4'), false);
    for (const scaleDtype of ['F32', 'BF16'] as const) same(values, castOf('sf4', { nu, scaleDtype }));
  });

  test('the formats of bitsandbytes, full groups and not', () => {
    for (const [id, codebook] of [
      ['nf4', NF4_CODEBOOK],
      ['e2m1_bnb', E2M1_BNB_CODEBOOK],
    ] as const) {
      const values = atBounds(codebook, true);
      same(values, castOf(id));
      same(values, castOf(id, { scale: group(values.length * 2) }));
    }
  });
});

test('codebooks of any kind: weights, outliers, holes, any bits', () => {
  for (const codes of Object.values(CODEBOOKS)) {
    for (const kind of ['weights', 'outliers', 'holes', 'any bits', 'tiny', 'huge', 'zeros'] as const) {
      same(valuesOf(kind, 64 * 40, 3), own(codes));
    }
  }
});

test('jobs of different codebooks do not disturb each other', () => {
  const values = valuesOf('weights', 64 * 8, 4);
  for (const codes of [CODEBOOKS['two']!, CODEBOOKS['many']!, CODEBOOKS['two']!]) same(values, own(codes));
  same(values, castOf('nf4'));
  same(values, own(CODEBOOKS['twenty']!));
  same(values, castOf('nf4'));
});

test('the usual codebooks are looked up; those with too many bounds side by side are searched', () => {
  const levels = (codebook: Codebook): number | undefined => {
    const tables = bucketTables(codebook);
    return tables && tables.rows.length - 1;
  };
  expect(levels(NF4_CODEBOOK)).toBe(1);
  expect(levels(E2M1_BNB_CODEBOOK)).toBeLessThanOrEqual(2);
  for (const nu of [3, 4, 5, 7, 30, 100]) expect(levels(codebookOf(studentCodes(4, nu), 'sf4'))).toBeLessThanOrEqual(2);
  expect(levels(codebookOf(CODEBOOKS['crowded']!, 'own'))).toBeUndefined();
});

test('a bound is the largest number that goes to the lower code', () => {
  const codebook = codebookOf(CODEBOOKS['twenty']!, 'own');
  codebook.bounds.forEach((bound, place) => {
    expect(nearestCode(codebook, bound)).toBe(codebook.order[place]);
    expect(nearestCode(codebook, around(bound)[bound > 0 ? 4 : 2]!)).toBe(codebook.order[place + 1]);
  });
});
