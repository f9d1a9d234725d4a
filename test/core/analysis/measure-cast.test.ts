import { describe, expect, test } from 'vitest';
import { relativeError, sqnr } from '../../../extension/core/analysis/cast-error';
import { measureCast } from '../../../extension/core/analysis/measure-cast';
import { addRanges, tensorRange, valueRange } from '../../../extension/core/analysis/value-range';

const counts = { saturated: 2, flushed: 1 };
const measured = (source: readonly number[], cast: readonly number[], rows: number) =>
  measureCast(Float32Array.from(source), Float32Array.from(cast), { rows, columns: source.length / rows }, counts);

describe('errors of a cast', () => {
  test('sums, largest error and counts', () => {
    const sums = measured([3, 4, 0, -2], [3, 3.5, 0.25, -2], 2);
    expect(sums).toEqual({ elements: 4, signal: 29, noise: 0.3125, maxAbsolute: 0.5, saturated: 2, flushed: 1 });
    expect(relativeError(sums)).toBeCloseTo(Math.sqrt(0.3125 / 29), 12);
    expect(sqnr(sums)).toBeCloseTo(10 * Math.log10(29 / 0.3125), 12);
  });

  test('source values that are not finite add nothing', () => {
    expect(measured([NaN, Infinity, 1], [NaN, 5, 1], 1)).toMatchObject({ elements: 3, signal: 1, noise: 0 });
  });

  test('a finite value that became NaN or infinite is an infinite error', () => {
    expect(measured([1, 2], [NaN, 2], 1)).toMatchObject({ signal: 5, noise: Infinity, maxAbsolute: Infinity });
  });

  test.each([
    ['weights', 0.02],
    ['values whose squares are too small for float32', 1e-25],
    ['values whose errors squared are', 1e-14],
    ['values whose squares are too large', 1e25],
  ])('%s: sums are those of float64', (_, size) => {
    const source = Float32Array.from({ length: 3 * 1003 }, (_, at) => Math.sin(at * at) * size);
    const cast = source.map((value, at) => value * (1 + Math.cos(at) * 1e-4));
    const sum = (term: (x: number, y: number) => number): number =>
      source.reduce((total, x, at) => total + term(x, cast[at]!), 0);
    const { signal, noise, maxAbsolute } = measured([...source], [...cast], 3);
    expect(signal / sum((x) => x * x)).toBeCloseTo(1, 7);
    expect(noise / sum((x, y) => (x - y) ** 2)).toBeCloseTo(1, 7);
    expect(maxAbsolute / Math.max(...source.map((x, at) => Math.abs(x - cast[at]!)))).toBeCloseTo(1, 6);
  });

  test('rows add up to the same sum however they are cut', () => {
    const source = Array.from({ length: 400 }, (_, at) => Math.sin(at) * 10 ** (at % 7));
    const cast = source.map((value) => value * 1.0001);
    const whole = measured(source, cast, 40);
    const noise = (from: number, to: number) =>
      measured(source.slice(from * 10, to * 10), cast.slice(from * 10, to * 10), to - from).noise;
    expect(noise(0, 13) + noise(13, 40)).toBe(whole.noise);
    expect(noise(0, 39) + noise(39, 40)).toBe(whole.noise);
  });
});

test('ranges count what is not finite and leave it out', () => {
  expect(valueRange(Float32Array.of(-0, 2, NaN, -3, Infinity))).toEqual({
    min: -3,
    max: 2,
    amax: 3,
    nan: 1,
    infinite: 1,
    finite: 3,
    magnitudes: 5,
  });
  const nothing = { min: 0, max: 0, amax: 0, infinite: 0, finite: 0, magnitudes: 0 };
  expect(valueRange(Float32Array.of(NaN))).toEqual({ ...nothing, nan: 1 });
  expect(valueRange(new Float32Array(0))).toEqual({ ...nothing, nan: 0 });
});

test('ranges of runs add up to the range of the tensor', () => {
  const whole = valueRange(Float32Array.of(1, -2, NaN, 4, 5, Infinity));
  const none = valueRange(Float32Array.of(NaN, Infinity));
  const runs = [Float32Array.of(1, -2, NaN), Float32Array.of(4, 5, Infinity)].map(valueRange);
  expect(runs.reduce(addRanges)).toEqual(whole);
  expect(addRanges(none, whole)).toEqual({ ...whole, nan: 2, infinite: 2 });
  expect(addRanges(whole, none)).toEqual({ ...whole, nan: 2, infinite: 2 });
  expect(tensorRange(whole)).toEqual({ min: -2, max: 5, amax: 5, meanMagnitude: 3 });
  expect(tensorRange(none)).toEqual({ min: 0, max: 0, amax: 0, meanMagnitude: 0 });
});
