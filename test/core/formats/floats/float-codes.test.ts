import { describe, expect, test } from 'vitest';
import { floatBits } from '../../../../extension/core/formats/floats/float-bits';
import {
  BF16_LAYOUT,
  E4M3_LAYOUT,
  E5M2_LAYOUT,
  FP16_LAYOUT,
  decodeFloat,
  encodeFloat,
  floatTable,
} from '../../../../extension/core/formats/floats/float-codes';
import { codesOf, floatsOf, golden, type GoldenArray } from '../golden';

interface FloatGolden {
  readonly input: GoldenArray;
  readonly ieee: GoldenArray;
  readonly saturate: GoldenArray;
  readonly codes?: GoldenArray;
  readonly decoded: GoldenArray;
}

const LAYOUTS = { bf16: BF16_LAYOUT, fp16: FP16_LAYOUT, fp8_e4m3: E4M3_LAYOUT, fp8_e5m2: E5M2_LAYOUT };

describe.each(Object.entries(LAYOUTS))('%s', (name, layout) => {
  const { input, ieee, saturate, codes, decoded } = golden(name) as FloatGolden;
  const values = floatsOf(input);

  test.each([
    ['ieee', ieee],
    ['saturate', saturate],
  ] as const)('encodes codes, ties, their neighbours and extremes as ml_dtypes and torch: %s', (overflow, expected) => {
    const wanted = codesOf(expected);
    const wrong = [...values].flatMap((value, at) => {
      const { code } = encodeFloat(floatBits(value), layout, overflow);
      return code === wanted[at] ? [] : [{ value, code, wanted: wanted[at] }];
    });
    expect(wrong).toEqual([]);
  });

  test('decodes every code as ml_dtypes', () => {
    const table = floatTable(layout);
    const at = codes ? codesOf(codes) : Uint8Array.from({ length: 256 }, (_, code) => code);
    floatsOf(decoded).forEach((value, index) => expect(table[at[index]!]).toBe(value));
  });

  test('every finite code survives decode and encode, with its sign', () => {
    const changed = [...floatTable(layout)].filter(
      (value, code) => Number.isFinite(value) && encodeFloat(floatBits(value), layout, 'saturate').code !== code,
    );
    expect(changed).toEqual([]);
  });

  test('a value counts as overflowed only when it rounds beyond the largest code', () => {
    const largest = decodeFloat(layout.largestCode, layout);
    const step = largest - decodeFloat(layout.largestCode - 1, layout);
    const encoded = (value: number) => encodeFloat(floatBits(Math.fround(value)), layout, 'saturate');
    expect(encoded(largest)).toEqual({ code: layout.largestCode, overflowed: false });
    expect(encoded(largest + step / 4)).toEqual({ code: layout.largestCode, overflowed: false });
    expect(encoded(largest + (step * 3) / 4)).toEqual({ code: layout.largestCode, overflowed: true });
    expect(encoded(Infinity)).toEqual({ code: layout.largestCode, overflowed: false });
  });
});
