import { describe, expect, test } from 'vitest';
import type { StorageDtype } from '../../../extension/core/checkpoint/storage-dtype';
import { constantPart } from '../../../extension/core/formats/constant-part';
import { matrixShape } from '../../../extension/core/formats/matrix';
import { nf4 } from '../../../extension/core/formats/nf4';
import { castOf, group, weights } from './casts';
import { bytesOf, floatsOf, golden, type GoldenArray } from './golden';

interface Nf4Golden {
  readonly quantMap: GoldenArray;
  readonly cases: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly group: number;
    readonly source: StorageDtype;
    readonly input: GoldenArray;
    readonly codes: GoldenArray;
    readonly absmax: GoldenArray;
    readonly state: string;
    readonly decoded: GoldenArray;
  }[];
}

const { quantMap, cases } = golden('nf4') as Nf4Golden;
const range = { min: 0, max: 0, amax: 0 };

describe('bytes, absmax, state and decoded values are those of bitsandbytes', () => {
  test.each(cases.map((each) => [each.name, each] as const))('%s', (_, each) => {
    const { shape, source } = each;
    const cast = castOf('nf4', { scale: group(each.group) });
    const matrix = matrixShape(shape);
    const encoded = nf4.encodeRows(floatsOf(each.input), matrix, cast, range);
    expect(encoded.scales).toEqual(bytesOf(each.absmax));
    expect(encoded.codes).toEqual(bytesOf(each.codes));
    expect(nf4.decodeRows(encoded, matrix, cast)).toEqual(floatsOf(each.decoded));
    expect(encoded.saturated).toBe(0);

    const state = constantPart(cast, 'state', { shape, dtype: source, range })!;
    expect(new TextDecoder().decode(state)).toBe(each.state);
    expect(nf4.parts(shape, cast, source)).toEqual([
      { role: 'codes', dtype: 'U8', shape: each.codes.shape, bytes: encoded.codes.length },
      { role: 'scale', dtype: 'F32', shape: each.absmax.shape, bytes: encoded.scales.length },
      { role: 'codebook', dtype: 'F32', shape: [16], bytes: 64 },
      { role: 'state', dtype: 'U8', shape: [state.length], bytes: state.length },
    ]);
  });
});

test('the codebook part is the quant_map of bitsandbytes', () => {
  expect(constantPart(castOf('nf4'), 'codebook', { shape: [4, 4], dtype: 'F32', range })).toEqual(bytesOf(quantMap));
});

test('the codes are the quantiles of a normal distribution that QLoRA defines', () => {
  // Eight quantiles from delta to 1/2 and nine from 1/2 to 1 - delta, divided by the largest.
  const delta = (1 / 32 + 1 / 30) / 2;
  const below = Array.from({ length: 8 }, (_, at) => normalQuantile(delta + ((0.5 - delta) * at) / 7));
  const above = Array.from({ length: 9 }, (_, at) => normalQuantile(0.5 + ((0.5 - delta) * at) / 8));
  const largest = above[8]!;
  const expected = [...below, ...above.slice(1)].map((value) => value / largest);
  nf4.codePoints!.forEach((code, at) => expect(code).toBeCloseTo(expected[at]!, 6));
});

test('a scale stored in 16 bits is used as stored', () => {
  const values = weights(256, 1);
  const matrix = { rows: 2, columns: 128 };
  const cast = castOf('nf4', { scaleDtype: 'BF16' });
  const encoded = nf4.encodeRows(values, matrix, cast, range);
  expect(encoded.scales).toHaveLength(8);
  const decoded = nf4.decodeRows(encoded, matrix, cast);
  const again = nf4.encodeRows(decoded, matrix, cast, range);
  expect(nf4.decodeRows(again, matrix, cast)).toEqual(decoded);
});

/** Inverse of the normal distribution function by bisection on its series. */
function normalQuantile(probability: number): number {
  const cumulative = (x: number): number => {
    let term = x;
    let sum = x;
    for (let k = 1; k < 200; k++) sum += term *= (x * x) / (2 * k + 1);
    return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
  };
  let low = -9;
  let high = 9;
  while (high - low > 1e-13) {
    const middle = (low + high) / 2;
    if (cumulative(middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
