import { describe, expect, test } from 'vitest';
import { FORMATS } from '../../../extension/core/formats/registry';
import { hashOf, randomBits, randomKey, seededFor } from '../../../extension/core/formats/stochastic';
import { castOf, channel, none } from './casts';

const COUNT = 40_000;
const range = { min: 0, max: 0, amax: 0 };

/** The same value cast many times, each at its own place in the tensor. */
function casts(format: string, value: number, seed: number): Float32Array {
  const number = FORMATS.get(format)!;
  const unscaled = number.granularities.includes('none');
  const cast = castOf(format, {
    scale: unscaled ? none : channel,
    scaleDtype: 'F32',
    round: { kind: 'stochastic', seed },
  });
  // The last value sets the scale of an integer format to 1.
  const values = new Float32Array(COUNT + 1).fill(value);
  values[COUNT] = unscaled ? value : number.largest;
  const matrix = { rows: 1, columns: values.length };
  return number.decodeRows(number.encodeRows(values, matrix, cast, range), matrix, cast).subarray(0, COUNT);
}

const VALUES: readonly (readonly [string, number])[] = [
  ['bf16', 1.0009765625],
  ['bf16', -3e-39],
  ['fp16', 0.3333],
  ['fp16', 1e-7],
  ['fp8_e4m3', 17.3],
  ['fp8_e4m3', -0.0007],
  ['fp8_e5m2', 0.3],
  ['int8', 2.3],
  ['int8', -0.04],
  ['int4', 6.9],
  ['int5', -3.25],
  ['int2', 0.3],
  ['dfp16', 12.0625],
  ['fp8_e4m3fnuz', 0.3],
  ['fp6_e2m3', 3.05],
  ['fp6_e3m2', -0.02],
  ['fp4_e2m1', -0.7],
];

describe.each(VALUES)('%s of %f', (format, value) => {
  test('the mean is unbiased within 4 standard errors, and only the two neighbours come out', () => {
    const cast = casts(format, value, 12345);
    const distinct = [...new Set(cast)].sort((a, b) => a - b);
    expect(distinct).toHaveLength(2);
    const [lower, upper] = distinct as [number, number];
    const probability = (Math.fround(value) - lower) / (upper - lower);
    const share = cast.filter((each) => each === upper).length / COUNT;
    expect(Math.abs(share - probability)).toBeLessThan(4 * Math.sqrt((probability * (1 - probability)) / COUNT));
  });

  test('the same seed gives the same bits, another seed others', () => {
    expect(casts(format, value, 7)).toEqual(casts(format, value, 7));
    expect(casts(format, value, 7)).not.toEqual(casts(format, value, 8));
  });
});

test('a value that is a code is never changed', () => {
  expect(new Set(casts('fp8_e4m3', 18, 3))).toEqual(new Set([18]));
  expect(new Set(casts('int8', -5, 3))).toEqual(new Set([-5]));
});

describe('the coin is fair', () => {
  test.each([0, 1, 2 ** 40 + 3])('every bit, seed %d', (seed) => {
    const key = randomKey(seed);
    const ones = new Array<number>(32).fill(0);
    for (let index = 0; index < COUNT; index++) {
      const bits = randomBits(key, index);
      for (let bit = 0; bit < 32; bit++) ones[bit]! += (bits >>> bit) & 1;
    }
    for (const count of ones) expect(Math.abs(count - COUNT / 2)).toBeLessThan(4.5 * Math.sqrt(COUNT / 4));
  });

  test('neighbours, and the places beyond 2^32, are unrelated', () => {
    const key = randomKey(5);
    for (const apart of [1, 2, 64, 2 ** 32]) {
      let equal = 0;
      for (let index = 0; index < COUNT; index++) {
        equal += Number(randomBits(key, index) >>> 31 === randomBits(key, index + apart) >>> 31);
      }
      expect(Math.abs(equal - COUNT / 2)).toBeLessThan(4.5 * Math.sqrt(COUNT / 4));
    }
  });
});

describe('each tensor has random numbers of its own', () => {
  const stochastic = (seed: number) => castOf('int8', { round: { kind: 'stochastic', seed } });
  const keyOf = (seed: number, name: string): number => {
    const { round } = seededFor(stochastic(seed), name);
    return round.kind === 'stochastic' ? randomKey(round.seed) : NaN;
  };

  test('names are hashed by FNV-1a (vectors of its authors)', () => {
    expect(['', 'a', 'b', 'foobar', 'chongo was here!\n'].map(hashOf)).toEqual([
      0x811c9dc5, 0xe40c292c, 0xe70c2de5, 0xbf9cf968, 0xd49930d5,
    ]);
  });

  test('the seed decides, and the name', () => {
    expect(keyOf(7, 'a.weight')).toBe(keyOf(7, 'a.weight'));
    const names = Array.from({ length: 500 }, (_, at) => `model.layers.${at}.mlp.up_proj.weight`);
    const keys = [0, 1, 2 ** 32 - 1].flatMap((seed) => names.map((name) => keyOf(seed, name)));
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('the streams of two tensors are unrelated', () => {
    const [a, b] = [keyOf(0, 'layers.0.weight'), keyOf(0, 'layers.1.weight')];
    let equal = 0;
    for (let at = 0; at < COUNT; at++) equal += Number(randomBits(a, at) >>> 31 === randomBits(b, at) >>> 31);
    expect(Math.abs(equal - COUNT / 2)).toBeLessThan(4.5 * Math.sqrt(COUNT / 4));
  });

  test('rounding to nearest is left alone', () => {
    const cast = castOf('int8');
    expect(seededFor(cast, 'a')).toBe(cast);
  });
});
