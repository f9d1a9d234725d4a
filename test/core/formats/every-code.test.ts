import { describe, expect, test } from 'vitest';
import { valueRange } from '../../../extension/core/analysis/value-range';
import type { Cast, NumberFormat } from '../../../extension/core/formats/format';
import { FORMATS } from '../../../extension/core/formats/registry';
import { castOf } from './casts';

// Of every format of at most 8 bits, every code and every halfway point: what no table of another program is needed for.

/** ggml's blocks find their scales by search, ternary takes a mean: a block can't be made to have scale 1. */
const SMALL = [...FORMATS.values()].filter(({ id, bits, codePoints, blockSize }) => {
  return bits <= 8 && codePoints !== undefined && blockSize === undefined && id !== 'ternary';
});

/** What values become, each in a group that the largest code gives scale 1. */
function through(format: NumberFormat, values: readonly number[]): readonly number[] {
  const plain = format.granularities.includes('none');
  const size = plain ? 1 : groupOf(format);
  // nvfp4 has a scale of all: 2688 makes it 1, and 6 that of a block. Codes that reach further on one side than -1 to 1
  // have their largest magnitude there.
  const anchor = format.codePoints!.reduce((most, code) => (Math.abs(code) > Math.abs(most) ? code : most));
  const groups = values.flatMap((value) => [value, ...new Array<number>(size - 1).fill(plain ? value : anchor)]);
  const rest = format.id === 'nvfp4' ? new Array<number>(size).fill(2688) : [];
  const source = Float32Array.from([...groups, ...rest]);
  const cast = castIn(format, size, plain);
  const matrix = { rows: 1, columns: source.length };
  const range = valueRange(source);
  const decoded = format.decodeRows(format.encodeRows(source, matrix, cast, range), matrix, cast, range);
  return values.map((_, at) => decoded[at * size]!);
}

function groupOf({ defaultScale, granularities }: NumberFormat): number {
  if (defaultScale.kind === 'group') return defaultScale.size;
  return granularities.includes('group') ? 16 : 4;
}

function castIn(format: NumberFormat, size: number, plain: boolean): Cast {
  if (plain) return castOf(format.id, { scale: { kind: 'none' } });
  return format.granularities.includes('group')
    ? castOf(format.id, { scale: { kind: 'group', size } })
    : castOf(format.id);
}

/** The float32 neighbours of a number, below and above. */
function besides(value: number): readonly [number, number] {
  const view = new DataView(new ArrayBuffer(4));
  const step = (by: number): number => {
    view.setFloat32(0, value);
    view.setInt32(0, view.getInt32(0) + (value < 0 ? -by : by));
    return view.getFloat32(0);
  };
  return [step(-1), step(1)];
}

describe.each(SMALL.map((format) => [format.id, format] as const))('%s', (_, format) => {
  const codes = format.codePoints!.filter((code) => Number.isFinite(code));

  test('every code stays what it is', () => {
    const wanted = codes.map((code) => Math.fround(code));
    expect(through(format, wanted).map((value) => value + 0)).toEqual(wanted.map((value) => value + 0));
  });

  test('halfway between two codes goes to one of them, what lies beside it to the nearer one', () => {
    const between = codes.slice(1).map((code, at) => [codes[at]!, code, (codes[at]! + code) / 2] as const);
    const exact = between.filter(([, , middle]) => Math.fround(middle) === middle && middle !== 0);
    const middles = through(
      format,
      exact.map(([, , middle]) => middle),
    );
    const below = through(
      format,
      exact.map(([, , middle]) => besides(middle)[0]),
    );
    const above = through(
      format,
      exact.map(([, , middle]) => besides(middle)[1]),
    );
    exact.forEach(([low, high, middle], at) => {
      const [fromBelow, fromAbove] = [Math.fround(low), Math.fround(high)];
      expect([fromBelow, fromAbove], String(middle)).toContain(middles[at]! + 0);
      // bfp drops the bits that it shifts out before it rounds: a neighbour can look like the middle itself.
      if (format.id.startsWith('bfp')) return;
      expect([below[at]! + 0, above[at]! + 0], `beside ${middle}`).toEqual([fromBelow + 0, fromAbove + 0]);
    });
  });
});
