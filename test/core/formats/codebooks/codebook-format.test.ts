import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { valueRange } from '../../../../extension/core/analysis/value-range';
import { codebookFormat } from '../../../../extension/core/formats/codebooks/codebook-format';
import { constantPart } from '../../../../extension/core/formats/constant-part';
import type { NumberFormat, ScaleDtype } from '../../../../extension/core/formats/format';
import { FORMATS } from '../../../../extension/core/formats/registry';
import { castOf, channel, group, tensor, weights } from '../casts';
import { denseBlocks } from '../dense-blocks';
import { bytesOf, floatsOf, golden, type GoldenArray } from '../golden';

interface CodebooksGolden {
  readonly inputs: Readonly<Record<string, GoldenArray>>;
  readonly dense: string;
  readonly tables: readonly { readonly format: string; readonly nu: number | null; readonly codes: GoldenArray }[];
  readonly user: Readonly<Record<string, GoldenArray>>;
  readonly casts: readonly {
    readonly format: string;
    readonly nu: number | null;
    readonly input: string;
    readonly group: number;
    readonly scaleDtype: ScaleDtype;
    readonly codes: string;
    readonly scales: string;
    readonly decoded: string;
    readonly saturated: number;
    readonly flushed: number;
  }[];
}

const { inputs, dense, tables, user, casts } = golden('codebooks') as CodebooksGolden;
const DENSE = denseBlocks(510, 64);

function sha256({ buffer, byteOffset, byteLength }: Uint8Array | Float32Array): string {
  return createHash('sha256')
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('hex');
}

function userFormat(id: string, codes: readonly number[]): NumberFormat {
  return codebookFormat({ id, codes, group: 64, title: id, source: 'the test' });
}

function formatOf(name: string): NumberFormat {
  const codes = user[name];
  return codes ? userFormat(name, [...new Float64Array(bytesOf(codes).buffer)]) : FORMATS.get(name)!;
}

test.each(tables.map(({ format, nu, codes }) => [format, nu, codes] as const))(
  '%s, nu %s: the codebook is that of scipy, rounded to float32',
  (format, nu, codes) => {
    const cast = castOf(format, nu === null ? {} : { nu });
    const range = { min: 0, max: 0, amax: 0 };
    const written = constantPart(cast, 'codebook', { shape: [4, 64], dtype: 'F32', range })!;
    expect(new Float32Array(written.buffer).map((code) => code + 0)).toEqual(floatsOf(codes));
  },
);

test('the dense input is made by the same recipe', () => expect(sha256(DENSE)).toBe(dense));

describe('casts are those of numpy by definition', () => {
  const named = casts.map((each) => {
    const nu = each.nu === null ? '' : ` nu ${each.nu}`;
    return [`${each.format}${nu}, ${each.input}, group ${each.group}, ${each.scaleDtype}`, each] as const;
  });
  test.each(named)('%s', (_, wanted) => {
    const format = formatOf(wanted.format);
    const values = wanted.input === 'dense' ? DENSE : floatsOf(inputs[wanted.input]!);
    const columns = wanted.input === 'dense' ? 128 : inputs[wanted.input]!.shape[1]!;
    const matrix = { rows: values.length / columns, columns };
    const changes = { scale: group(wanted.group), scaleDtype: wanted.scaleDtype, ...(wanted.nu && { nu: wanted.nu }) };
    const cast = { ...castOf('sf4', changes), format: format.id };
    const encoded = format.encodeRows(values, matrix, cast, valueRange(values));
    expect(sha256(encoded.scales)).toBe(wanted.scales);
    expect(sha256(encoded.codes)).toBe(wanted.codes);
    expect(sha256(format.decodeRows(encoded, matrix, cast).map((value) => value + 0))).toBe(wanted.decoded);
    expect([encoded.saturated, encoded.flushed]).toEqual([wanted.saturated, wanted.flushed]);
    const [codes, scales] = format.parts([matrix.rows, columns], cast);
    expect([codes!.bytes, scales!.bytes]).toEqual([encoded.codes.length, encoded.scales.length]);
  });
});

test('-0 is written as 0 where both have a code', () => {
  for (const id of ['e2m1_ns', 'apot4', 'log4']) {
    const format = FORMATS.get(id)!;
    const values = Float32Array.of(-0, 0, 1e-30, -1e-30, 1, -1);
    const matrix = { rows: 1, columns: 6 };
    const encoded = format.encodeRows(values, matrix, castOf(id), valueRange(values));
    expect([...format.decodeRows(encoded, matrix, castOf(id))].slice(0, 4)).toEqual([0, 0, 0, 0]);
    expect(encoded.flushed).toBe(2);
  }
});

test('one scale a channel or a tensor', () => {
  const values = weights(4 * 50, 6);
  const range = valueRange(values);
  const format = FORMATS.get('sf4')!;
  const matrix = { rows: 4, columns: 50 };
  for (const [scale, runs] of [
    [channel, 4],
    [tensor, 1],
  ] as const) {
    const cast = castOf('sf4', { scale, scaleDtype: 'F32' });
    const encoded = format.encodeRows(values, matrix, cast, range);
    expect(encoded.scales).toHaveLength(4 * runs);
    const decoded = format.decodeRows(encoded, matrix, cast);
    // The largest magnitude of the tensor is a code.
    expect(Math.max(...decoded.map(Math.abs))).toBe(range.amax);
  }
});

test('a fitted scale loses no more than that of the largest magnitude', () => {
  const values = weights(16 * 128, 8);
  const matrix = { rows: 16, columns: 128 };
  for (const id of ['sf4', 'e2m1_sr', 'nf3']) {
    const format = FORMATS.get(id)!;
    const loss = (fit: 'amax' | 'mse'): number => {
      const cast = castOf(id, { fit });
      const encoded = format.encodeRows(values, matrix, cast, valueRange(values));
      const decoded = format.decodeRows(encoded, matrix, cast);
      return values.reduce((sum, value, at) => sum + (value - decoded[at]!) ** 2, 0);
    };
    expect(loss('mse')).toBeLessThan(loss('amax'));
  }
});

test('a codebook must hold 2 to 256 finite numbers, two of them different', () => {
  for (const codes of [
    [],
    [1],
    [1, 1],
    [0, -0],
    [1, NaN],
    [1, Infinity],
    [1, 1e39],
    Array.from({ length: 257 }, (_, at) => at),
  ]) {
    expect(() => userFormat('own', codes)).toThrow('own: a codebook holds 2 to 256 finite numbers');
  }
  expect(userFormat('own', [1, 2, 3]).bits).toBe(2);
  expect(userFormat('own', [1, 2, 3, 4, 5]).parts([7, 9], castOf('sf4'))[0]).toMatchObject({ shape: [7, 4] });
  expect(
    userFormat(
      'own',
      Array.from({ length: 17 }, (_, at) => at),
    ).parts([7, 9], castOf('sf4'))[0],
  ).toMatchObject({
    shape: [7, 9],
  });
});
