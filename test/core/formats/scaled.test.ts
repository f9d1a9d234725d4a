import { describe, expect, test } from 'vitest';
import { valueRange } from '../../../extension/core/analysis/value-range';
import type { Granularity, ScaleDtype } from '../../../extension/core/formats/format';
import { FORMATS } from '../../../extension/core/formats/registry';
import { castOf } from './casts';
import { bytesOf, floatsOf, golden, type GoldenArray } from './golden';

interface ScaledGolden {
  readonly wide: GoldenArray;
  readonly odd: GoldenArray;
  readonly casts: readonly {
    readonly input: 'wide' | 'odd';
    readonly format: string;
    readonly scale: Granularity;
    readonly scaleDtype: ScaleDtype;
    readonly codes: GoldenArray;
    readonly scales: GoldenArray;
    readonly decoded: GoldenArray;
  }[];
}

const content = golden('scaled') as ScaledGolden;

describe('scaled casts are those of torch, packed and decoded by compressed-tensors', () => {
  const named = content.casts.map((each) => {
    const size = each.scale.kind === 'group' ? ` ${each.scale.size}` : '';
    return [`${each.format} ${each.scale.kind}${size} ${each.scaleDtype} ${each.input}`, each] as const;
  });
  test.each(named)('%s', (_, { input, format, scale, scaleDtype, codes, scales, decoded }) => {
    const number = FORMATS.get(format)!;
    const values = floatsOf(content[input]);
    const [rows, columns] = content[input].shape as [number, number];
    const cast = castOf(format, { scale, scaleDtype });
    const encoded = number.encodeRows(values, { rows, columns }, cast, valueRange(values));
    expect(encoded.scales).toEqual(bytesOf(scales));
    expect(encoded.codes).toEqual(bytesOf(codes));
    expect(number.decodeRows(encoded, { rows, columns }, cast)).toEqual(floatsOf(decoded));
    expect(encoded.saturated).toBe(0);

    const parts = number.parts([rows, columns], cast);
    expect(parts.find(({ role }) => role === 'codes')).toMatchObject({
      shape: codes.shape,
      bytes: encoded.codes.length,
    });
    expect(parts.find(({ role }) => role === 'scale')).toMatchObject({
      dtype: scaleDtype,
      shape: scales.shape,
      bytes: encoded.scales.length,
    });
  });
});
