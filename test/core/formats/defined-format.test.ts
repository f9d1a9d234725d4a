import { describe, expect, test } from 'vitest';
import { valueRange } from '../../../extension/core/analysis/value-range';
import { buildTensorTree } from '../../../extension/core/checkpoint/tree';
import { bitsPerWeight } from '../../../extension/core/formats/bits-per-weight';
import { defaultCast } from '../../../extension/core/formats/default-cast';
import { definedFormat, withDefined } from '../../../extension/core/formats/defined-format';
import type { FormatDefinition } from '../../../extension/core/formats/definition';
import type { Cast } from '../../../extension/core/formats/format';
import { formatOf } from '../../../extension/core/formats/format-of';
import { BUILT_IN_FORMATS } from '../../../extension/core/formats/registry';
import { parsePolicy } from '../../../extension/core/policy/parse';
import { resolve } from '../../../extension/core/resolve/resolve';

const MATRIX = { rows: 1, columns: 6 };
const VALUES = Float32Array.of(1, -0.9, 0.4, 0.1, -0.26, 0);

/** What a worker gets: the cast alone, copied. */
function throughWorker(cast: Cast): readonly number[] {
  const posted = structuredClone(cast);
  const format = formatOf(posted);
  const encoded = format.encodeRows(VALUES, MATRIX, posted, valueRange(VALUES));
  const sizes = format.parts([1, 6], posted).map(({ role, bytes }) => [role, bytes]);
  expect(sizes.slice(0, 2)).toEqual([
    ['codes', encoded.codes.length],
    ...(encoded.scales.length > 0 ? [['scale', encoded.scales.length]] : []),
  ]);
  return [...format.decodeRows(encoded, MATRIX, posted)];
}

const castOf = (definition: FormatDefinition, changes: Partial<Cast> = {}): Cast => ({
  ...defaultCast(definedFormat('mine', definition)),
  ...changes,
});

describe('a cast carries what its format is made from', () => {
  test('a float', () => {
    const e2m1: FormatDefinition = { kind: 'float', exponent: 2, mantissa: 1, special: 'finite' };
    const cast = castOf(e2m1, { scale: { kind: 'none' } });
    expect(throughWorker(cast)).toEqual([1, -1, 0.5, 0, -0.5, 0]);
    expect(formatOf(cast).codePoints).toEqual([-6, -4, -3, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3, 4, 6]);
  });

  test('a float of ten bits, packed', () => {
    const definition: FormatDefinition = { kind: 'float', exponent: 5, mantissa: 4, special: 'ieee' };
    const cast = castOf(definition);
    expect(throughWorker(cast)).toEqual([1, -0.90625, 0.40625, 0.1015625, -0.265625, 0]);
    expect(formatOf(cast).parts([3, 7], cast)).toEqual([{ role: 'codes', dtype: 'U8', shape: [3, 9], bytes: 27 }]);
  });

  test('a codebook', () => {
    const definition: FormatDefinition = { kind: 'codebook', codes: [-1, -0.25, 0, 0.5, 1], group: 3 };
    const cast = castOf(definition, { scaleDtype: 'F32' });
    expect(cast.scale).toEqual({ kind: 'group', size: 3 });
    const wanted = [1, -1, 0.5, 0.13, -0.26, 0].map((value) => Math.fround(value));
    expect(throughWorker(cast)).toEqual(wanted);
  });

  test('a plan of a policy that defines formats', () => {
    const text = `
formats:
  e3m4: { float: { exponent: 3, mantissa: 4 } }
  mine: { codebook: [-1, 0, 1], group: 32 }
default: e3m4
rules:
  - { match: b, dtype: mine }
`;
    const { policy, findings } = parsePolicy(`version: 1${text}`, BUILT_IN_FORMATS);
    expect(findings).toEqual([]);
    const info = (name: string) =>
      ({ name, dtype: 'BF16', shape: [64, 64], bytes: 8192, file: 'a', offset: 0 }) as const;
    const plan = resolve(policy, buildTensorTree([info('a'), info('b')], undefined), BUILT_IN_FORMATS);
    const casts = plan.tensors.map(({ treatment }) => (treatment.kind === 'cast' ? treatment.cast : undefined));
    expect(casts.map((cast) => cast?.definition)).toEqual([
      { kind: 'float', exponent: 3, mantissa: 4, special: 'finite' },
      { kind: 'codebook', codes: [-1, 0, 1], group: 32 },
    ]);
    expect(casts.map((cast) => formatOf(cast!).id)).toEqual(['e3m4', 'mine']);
    // 8 bits and a float32 a row; 2 bits and a bfloat16 for 32, and the codebook.
    expect(plan.bytesAfter).toBe(64 * 64 + 64 * 4 + (64 * 64) / 4 + (64 * 64) / 16 + 12);
  });
});

test('a codebook takes the keys of the built-in ones', () => {
  const definition: FormatDefinition = { kind: 'codebook', codes: [-1, 0, 1], group: 6 };
  // Beside the one large value all others become 0.
  const values = Float32Array.of(100, 1, -1, 1, 0.25, -1);
  const through = (changes: Partial<Cast>): readonly number[] => {
    const cast = castOf(definition, { scaleDtype: 'F32', ...changes });
    const outliers = { columns: [0], dtype: 'BF16' } as const;
    const range = { min: -1, max: 1, amax: 1, outliers };
    const format = formatOf(cast);
    return [...format.decodeRows(format.encodeRows(values, MATRIX, cast, range), MATRIX, cast, range)];
  };
  expect(through({})).toEqual([100, 0, 0, 0, 0, 0]);
  expect(through({ outliers: 1 })).toEqual([100, 1, -1, 1, 0, -1]);
  const text = 'version: 1\nformats:\n  mine: { codebook: [-1, 0, 1] }\ndefault: { dtype: mine, OPTIONS }\n';
  const findings = (options: string) => parsePolicy(text.replace('OPTIONS', options), BUILT_IN_FORMATS).findings;
  for (const options of ['fit: mse', 'rotate: 16', 'outliers: 4']) expect(findings(options)).toEqual([]);
  expect(findings('nu: 5').map(({ message }) => message)).toEqual([
    'mine takes no nu; of these keys it takes fit, rotate, outliers',
  ]);
});

test('formats of a policy come after the built-in ones, and are found in any letter case', () => {
  const definition: FormatDefinition = { kind: 'float', exponent: 3, mantissa: 3, special: 'ieee' };
  const table = withDefined(BUILT_IN_FORMATS, [{ id: 'Mine', definition }]);
  expect(table.ids()).toEqual([...BUILT_IN_FORMATS.ids(), 'Mine']);
  expect(table.find('Mine')?.canonical).toBe(true);
  expect(table.find('mine')).toMatchObject({ canonical: false, format: { id: 'Mine', definition } });
  expect(table.find('bfloat16')?.format.id).toBe('bf16');
  expect(withDefined(BUILT_IN_FORMATS, [])).toBe(BUILT_IN_FORMATS);
});

test('bits of a weight', () => {
  const bits = (exponent: number, mantissa: number) =>
    bitsPerWeight(definedFormat('x', { kind: 'float', exponent, mantissa, special: 'finite' }));
  expect(bits(4, 5)).toBe(10);
  expect(bits(2, 2)).toBeCloseTo(5 + 32 / 4096, 10);
});
