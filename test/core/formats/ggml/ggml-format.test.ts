import { describe, expect, test } from 'vitest';
import type { NumberFormat } from '../../../../extension/core/formats/format';
import { bitsPerWeight } from '../../../../extension/core/formats/bits-per-weight';
import { formatBlock } from '../../../../extension/core/formats/ggml/blocks';
import { FORMATS, findFormat } from '../../../../extension/core/formats/registry';
import { divides } from '../../../../extension/core/resolve/treatment';
import { castOf, none, tensor } from '../casts';

const GGML = [...FORMATS.values()].filter(({ blockSize }) => blockSize !== undefined);
const NO_RANGE = { min: 0, max: 0, amax: 0 };

const through = ({ id, encodeRows, decodeRows }: Unbound, values: readonly number[]) => {
  const matrix = { rows: 1, columns: values.length };
  const encoded = encodeRows(Float32Array.from(values), matrix, castOf(id), NO_RANGE);
  return { ...encoded, values: [...decodeRows(encoded, matrix, castOf(id))] };
};
type Unbound = Pick<NumberFormat, 'id'> & { [key in 'encodeRows' | 'decodeRows']: NumberFormat[key] };

test('bits per weight are those of ggml', () => {
  expect(Object.fromEntries(GGML.map((format) => [format.id, bitsPerWeight(format)]))).toEqual({
    q8_0: 8.5,
    q6_k: 6.5625,
    q5_1: 6,
    q5_0: 5.5,
    q5_k: 5.5,
    q4_1: 5,
    q4_0: 4.5,
    q4_k: 4.5,
    iq4_nl: 4.5,
    iq4_xs: 4.25,
    ggml_nvfp4: 4.5,
    ggml_mxfp4: 4.25,
    q3_k: 3.4375,
    q2_k: 2.625,
    tq2_0: 2.0625,
    tq1_0: 1.6875,
  });
});

test('are found by the names of ggml, in any letter case', () => {
  expect(findFormat('Q4_K')?.id).toBe('q4_k');
  expect(findFormat('GGML_TYPE_Q4_K')?.id).toBe('q4_k');
  expect(findFormat('ggml_type_mxfp4')?.id).toBe('ggml_mxfp4');
  expect(findFormat('mxfp4')?.id).toBe('mxfp4');
  for (const { id, blockSize } of GGML) expect(formatBlock(id)?.blockSize).toBe(blockSize);
  expect(formatBlock('mxfp4')).toBeUndefined();
});

describe.each(GGML.map((format) => [format.id, format] as const))('%s', (id, format) => {
  const blockSize = format.blockSize!;
  const { blockBytes } = formatBlock(id)!;
  const sizes = (shape: readonly number[]) =>
    format.parts(shape, castOf(id)).map(({ role, dtype, shape: stored, bytes }) => ({ role, dtype, stored, bytes }));

  test('one part, rows as long as their blocks', () => {
    const codes = { role: 'codes', dtype: 'U8' };
    expect(sizes([3, 2 * blockSize])).toEqual([{ ...codes, stored: [3, 2 * blockBytes], bytes: 6 * blockBytes }]);
    expect(sizes([8, 6, blockSize])).toEqual([{ ...codes, stored: [8, 6, blockBytes], bytes: 48 * blockBytes }]);
    expect(sizes([blockSize])).toEqual([{ ...codes, stored: [blockBytes], bytes: blockBytes }]);
    expect(sizes([0, blockSize])).toEqual([{ ...codes, stored: [0, blockBytes], bytes: 0 }]);
  });

  test('rows must be whole blocks', () => {
    expect(divides({ scale: none }, [4, 3 * blockSize], format)).toBe(true);
    expect(divides({ scale: none }, [blockSize, blockSize / 2], format)).toBe(false);
    expect(divides({ scale: none }, [], format)).toBe(false);
    const half = new Float32Array(blockSize / 2);
    expect(() => format.encodeRows(half, { rows: 1, columns: blockSize / 2 }, castOf(id), NO_RANGE)).toThrow(
      `${id} stores rows as whole blocks of ${blockSize}, which do not divide a row of ${blockSize / 2}`,
    );
  });

  test('takes no scale', () => {
    expect(() => format.parts([4, blockSize], castOf(id, { scale: tensor }))).toThrow(`${id} takes scale none, not`);
  });

  test('zeros stay zeros', () => {
    const { values, saturated, flushed } = through(format, new Array<number>(blockSize).fill(0));
    expect(values.every((value) => value === 0)).toBe(true);
    expect([saturated, flushed]).toEqual([0, 0]);
  });

  test('what falls below the reach of its scale is flushed and counted', () => {
    const { values, flushed } = through(format, new Array<number>(blockSize).fill(2 ** -140));
    expect(flushed).toBe(values.filter((value) => value === 0).length);
    expect(flushed).toBe(id === 'ggml_mxfp4' ? 32 : blockSize);
  });

  test('values within its reach decode to numbers; beyond, scales overflow and that is counted', () => {
    const ramp = (most: number) => Array.from({ length: blockSize }, (_, at) => ((at % 16) / 15 - 0.5) * 2 * most);
    const inside = through(format, ramp(Math.min(format.largest, 3e38) / 40));
    expect(inside.saturated).toBe(0);
    const outside = through(format, ramp(Math.min(format.largest * 40, 3e38)));
    expect(outside.saturated).toBe(outside.values.filter((value) => !Number.isFinite(value)).length);
    if (!id.startsWith('ggml')) expect(outside.saturated).toBeGreaterThan(0);
  });
});
