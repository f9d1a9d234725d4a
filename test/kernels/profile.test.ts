import { expect, test } from 'vitest';
import { profileValues } from '../../extension/core/analysis/value-profile';
import { castKernels } from './cast-module';
import { random } from '../core/formats/casts';

const wasm = castKernels();

/** Weights with everything that counts apart: zeros of both signs, denormals, huge values, NaN, infinities. */
function values(count: number): Float32Array<ArrayBuffer> {
  const next = random(7);
  const odd = [0, -0, 1e-40, -1e-45, 3.4e38, -3.4028234663852886e38, NaN, Infinity, -Infinity, 1.00390625, 1.01171875];
  return Float32Array.from({ length: count }, (_, at) =>
    at % 97 === 3 ? odd[Math.floor(next() * odd.length)]! : (next() - 0.5) * next() * 0.2,
  );
}

test.each([0, 1, 5, 4096, 20011])('the kernel profiles %i values as the reference does', (count) => {
  // Sums of fourth powers are compared without the values that overflow them.
  const given = values(count).map((value) => (Math.abs(value) > 1e30 && Number.isFinite(value) ? 3 : value));
  const expected = profileValues(given);
  const actual = wasm.profile('F32', new Uint8Array(given.buffer));
  expect(actual.bins).toEqual(expected.bins);
  const { min, max, nan, infinite, zeros } = expected;
  expect(actual).toMatchObject({ min, max, nan, infinite, zeros });
  expect(actual.moments.count).toBe(expected.moments.count);
  expect(actual.moments.mean).toBeCloseTo(expected.moments.mean, 14);
  for (const moment of ['m2', 'm3', 'm4'] as const) {
    const scale = Math.abs(expected.moments[moment]) || 1;
    expect(Math.abs(actual.moments[moment] - expected.moments[moment]) / scale).toBeLessThan(1e-9);
  }
});

test('values of the largest magnitude are counted in the last bin', () => {
  const given = Float32Array.of(3.4028234663852886e38, -3.4028234663852886e38);
  const { bins } = wasm.profile('F32', new Uint8Array(given.buffer));
  expect([bins[0x7f7f], bins[0xff7f], bins[0x7f80]]).toEqual([1, 1, 0]);
  expect(profileValues(given).bins).toEqual(bins);
});

test('16-bit sources are widened first', () => {
  const codes = Uint16Array.of(0x3f80, 0xbf80, 0x4000);
  const { moments, min, max } = wasm.profile('BF16', new Uint8Array(codes.buffer));
  expect({ mean: moments.mean, min, max }).toEqual({ mean: 2 / 3, min: -1, max: 2 });
});
