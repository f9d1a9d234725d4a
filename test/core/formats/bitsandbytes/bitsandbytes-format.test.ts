import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { StorageDtype } from '../../../../extension/core/checkpoint/storage-dtype';
import { constantPart } from '../../../../extension/core/formats/constant-part';
import type { Cast, TensorRange } from '../../../../extension/core/formats/format';
import { matrixShape } from '../../../../extension/core/formats/matrix';
import { FORMATS } from '../../../../extension/core/formats/registry';
import { unpackScales } from '../../../../extension/core/formats/scaling';
import { castOf, group, weights } from '../casts';
import { bytesOf, floatsOf, golden, type GoldenArray } from '../golden';

interface NestedGolden {
  readonly absmax: GoldenArray;
  readonly nestedAbsmax: GoldenArray;
  readonly offset: number;
  readonly state: string;
  readonly decoded: string;
}

interface BitsandbytesGolden {
  readonly quantMap: Readonly<Record<'nf4' | 'fp4', GoldenArray>>;
  readonly nestedQuantMap: GoldenArray;
  readonly cases: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly group: number;
    readonly source: StorageDtype;
    /** A digest where the input is made by `dense`. */
    readonly input: GoldenArray | string;
    readonly casts: readonly {
      readonly type: 'nf4' | 'fp4';
      readonly codesShape: readonly number[];
      readonly codes: GoldenArray | string;
      readonly absmax: string;
      readonly state: string;
      readonly decoded: string;
      readonly nested: NestedGolden | null;
    }[];
  }[];
}

const { quantMap, nestedQuantMap, cases } = golden('nf4') as BitsandbytesGolden;
const FORMAT = { nf4: 'nf4', fp4: 'e2m1_bnb' };
const NO_RANGE: TensorRange = { min: 0, max: 0, amax: 0 };

function sha256({ buffer, byteOffset, byteLength }: Uint8Array | Float32Array): string {
  return createHash('sha256')
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('hex');
}

/** Bytes as they are in the golden file: whole, or a digest. */
function expectBytes(bytes: Uint8Array, wanted: GoldenArray | string): void {
  if (typeof wanted === 'string') expect(sha256(bytes)).toBe(wanted);
  else expect(Buffer.from(bytes).equals(bytesOf(wanted))).toBe(true);
}

/** The recipe of `dense` in test/oracles/formats/nf4.py. */
function dense(count: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: count }, (_, at) => {
    let mixed = (Math.imul(at, 2654435761) + 12345) >>> 0;
    mixed = (mixed ^ (mixed >>> 15)) >>> 0;
    mixed = Math.imul(mixed, 2246822519) >>> 0;
    mixed = (mixed ^ (mixed >>> 13)) >>> 0;
    const size = ((Math.floor(at / 32) * 7) % 29) + 3;
    return (((mixed >>> 16) - 32768) * size) / 2 ** 24;
  });
}

const named = cases.flatMap((each) => each.casts.map((cast) => [`${cast.type}, ${each.name}`, each, cast] as const));

function inputOf({ input, shape }: (typeof cases)[number]): Float32Array<ArrayBuffer> {
  if (typeof input !== 'string') return floatsOf(input);
  const values = dense(shape.reduce((product, extent) => product * extent, 1));
  expect(sha256(values)).toBe(input);
  return values;
}

describe('bytes, absmax, state and decoded values are those of bitsandbytes', () => {
  test.each(named)('%s', (_, each, wanted) => {
    const { shape, source } = each;
    const format = FORMATS.get(FORMAT[wanted.type])!;
    const cast = castOf(format.id, { scale: group(each.group) });
    const matrix = matrixShape(shape);
    const encoded = format.encodeRows(inputOf(each), matrix, cast, NO_RANGE);
    expect(sha256(encoded.scales)).toBe(wanted.absmax);
    expectBytes(encoded.codes, wanted.codes);
    expect(sha256(format.decodeRows(encoded, matrix, cast))).toBe(wanted.decoded);
    expect(encoded.saturated).toBe(0);

    const state = constantPart(cast, 'state', { shape, dtype: source, range: NO_RANGE })!;
    expect(new TextDecoder().decode(state)).toBe(wanted.state);
    expect(format.parts(shape, cast, source)).toEqual([
      { role: 'codes', dtype: 'U8', shape: wanted.codesShape, bytes: encoded.codes.length },
      { role: 'scale', dtype: 'F32', shape: [encoded.scales.length / 4], bytes: encoded.scales.length },
      { role: 'codebook', dtype: 'F32', shape: [16], bytes: 64 },
      { role: 'state', dtype: 'U8', shape: [state.length], bytes: state.length },
    ]);
  });

  test.each(named.filter(([, , { nested }]) => nested !== null))(
    'nested scales: %s',
    (_, each, { type, codes, nested }) => {
      const { shape, source } = each;
      const { absmax, nestedAbsmax, offset, state: text, decoded } = nested!;
      const format = FORMATS.get(FORMAT[type])!;
      const cast = castOf(format.id, { scale: group(each.group), nested: true });
      const matrix = matrixShape(shape);
      const range = { ...NO_RANGE, meanScale: offset };
      const encoded = format.encodeRows(inputOf(each), matrix, cast, range);
      expectBytes(encoded.codes, codes);
      expectBytes(encoded.scales, absmax);
      expectBytes(encoded.more!.get('nested-scale')!, nestedAbsmax);
      expect(sha256(format.decodeRows(encoded, matrix, cast, range))).toBe(decoded);

      const state = constantPart(cast, 'state', { shape, dtype: source, range })!;
      expect(new TextDecoder().decode(state).trimEnd()).toBe(text);
      const parts = format.parts(shape, cast, source);
      expect(parts.map(({ role, dtype, shape: [extent] }) => [role, dtype, extent]).slice(1)).toEqual([
        ['scale', 'U8', encoded.scales.length],
        ['codebook', 'F32', 16],
        ['nested-scale', 'F32', bytesOf(nestedAbsmax).length / 4],
        ['nested-codebook', 'F32', 256],
        ['state', 'U8', state.length],
      ]);
    },
  );
});

test('the codebook parts are the maps of bitsandbytes', () => {
  const source = { shape: [4, 4], dtype: 'F32', range: NO_RANGE } as const;
  for (const type of ['nf4', 'fp4'] as const) {
    const cast = castOf(FORMAT[type], { nested: true });
    expect(constantPart(cast, 'codebook', source)).toEqual(bytesOf(quantMap[type]));
    expect(constantPart(cast, 'nested-codebook', source)).toEqual(bytesOf(nestedQuantMap));
  }
});

test('a scale stored in 16 bits is used as stored', () => {
  const values = weights(256, 1);
  const matrix = { rows: 2, columns: 128 };
  for (const format of [FORMATS.get('nf4')!, FORMATS.get('e2m1_bnb')!]) {
    const cast: Cast = castOf(format.id, { scaleDtype: 'BF16' });
    const encoded = format.encodeRows(values, matrix, cast, NO_RANGE);
    expect(unpackScales(encoded.scales, 'BF16')).toHaveLength(4);
    const decoded = format.decodeRows(encoded, matrix, cast);
    const again = format.encodeRows(decoded, matrix, cast, NO_RANGE);
    expect(format.decodeRows(again, matrix, cast)).toEqual(decoded);
  }
});

test('nested scales are refused without the mean of all scales', () => {
  const format = FORMATS.get('nf4')!;
  expect(() =>
    format.encodeRows(weights(64, 2), { rows: 1, columns: 64 }, castOf('nf4', { nested: true }), NO_RANGE),
  ).toThrow('nf4: "nested: true" needs the mean of all scales of the tensor');
});
