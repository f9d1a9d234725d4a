import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { values, type StoredArray } from './model-golden';
import { BUILDS, modelKernels, noise } from './model-kernels';
import * as reference from './model-reference';

/** What oracles/model/elements.py writes: torch in float64. */
type Golden = Readonly<
  Record<'x' | 'gelu' | 'gelu_tanh' | 'relu' | 'softcap' | 'rows' | 'weight' | 'bias' | 'layerNorm', StoredArray>
> & { readonly cap: number; readonly epsilon: number };

const FILE = fileURLToPath(new URL('../oracles/golden/model/elements.json', import.meta.url));
const golden = JSON.parse(readFileSync(FILE, 'utf8')) as Golden;
const x = Float32Array.from(values(golden.x));

/** Largest difference, as a share of the wanted value where that is above 1. */
function worst(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
  expect(got.length).toBe(wanted.length);
  return Array.from(wanted).reduce(
    (most, value, i) => Math.max(most, Math.abs(got[i]! - value) / Math.max(1, Math.abs(value))),
    0,
  );
}

describe.each(BUILDS)('%s build', (build) => {
  const kernels = modelKernels(build);

  test.each([
    ['gelu', 4e-7],
    ['gelu_tanh', 4e-7],
    ['relu', 0],
  ] as const)('%s, to a float', (activation, tolerance) => {
    const rows = kernels.write(x, 1, x.length);
    kernels.activate(rows, activation);
    expect(worst(kernels.read(rows), values(golden[activation]))).toBeLessThanOrEqual(tolerance);
  });

  test.each(['gelu', 'gelu_tanh', 'relu'] as const)('gated %s', (activation) => {
    const up = noise(x.length, 1);
    const rows = kernels.write(x, 1, x.length);
    kernels.gate(rows, kernels.write(up, 1, x.length), activation);
    const wanted = Array.from(values(golden[activation]), (value, i) => value * up[i]!);
    expect(worst(kernels.read(rows), wanted)).toBeLessThan(5e-7);
  });

  test('soft cap: relatively exact near 0, the cap far out', () => {
    const rows = kernels.write(x, 1, x.length);
    kernels.softcap(rows, golden.cap);
    const got = kernels.read(rows);
    for (const [i, wanted] of values(golden.softcap).entries()) {
      expect(Math.abs(got[i]! - wanted)).toBeLessThanOrEqual(4e-7 * Math.abs(wanted));
    }
  });

  test('NaN comes through', () => {
    const rows = (): ReturnType<typeof kernels.write> => kernels.write(Float32Array.of(NaN, 1, 2, 3), 1, 4);
    for (const activation of ['gelu', 'gelu_tanh', 'relu'] as const) {
      const all = rows();
      kernels.activate(all, activation);
      expect(kernels.read(all)[0]).toBeNaN();
    }
    const capped = rows();
    kernels.softcap(capped, 2);
    expect(kernels.read(capped)[0]).toBeNaN();
  });

  test('layer norm, of rows far from 0', () => {
    const [count, columns] = golden.rows.shape as [number, number];
    const vector = (of: StoredArray) => kernels.loadVector(() => Float32Array.from(values(of)), columns);
    const rows = kernels.write(Float32Array.from(values(golden.rows)), count, columns);
    const got = kernels.layerNorm(rows, vector(golden.weight), vector(golden.bias), golden.epsilon);
    expect(worst(kernels.read(got), values(golden.layerNorm))).toBeLessThan(2e-6);
  });

  test('RMS norm over each head of a row', () => {
    const heads = noise(5 * 24, 2);
    const weight = noise(6, 3);
    const got = kernels.rmsNorm(
      kernels.write(heads, 5, 24),
      kernels.loadVector(() => weight, 6),
      1e-5,
    );
    expect(worst(kernels.read(got), reference.rmsNorm(heads, weight, 1e-5, 6))).toBeLessThan(2e-6);
  });

  test('a bias is added to every row', () => {
    const bias = noise(7, 4);
    const rows = noise(3 * 7, 5);
    const got = kernels.write(rows, 3, 7);
    kernels.addBias(
      got,
      kernels.loadVector(() => bias, 7),
    );
    expect([...kernels.read(got)]).toEqual([...rows].map((value, i) => Math.fround(value + bias[i % 7]!)));
  });

  test('sums and multiples', () => {
    const [a, b] = [noise(10, 6), noise(10, 7)];
    const to = kernels.write(a, 2, 5);
    kernels.add(kernels.write(b, 2, 5), to);
    kernels.scale(to, 3);
    expect([...kernels.read(to)]).toEqual([...a].map((value, i) => Math.fround(Math.fround(value + b[i]!) * 3)));
  });

  test('rows taken out, and their multiples added back', () => {
    const rows = noise(9 * 5, 8);
    const all = kernels.write(rows, 9, 5);
    const ids = Int32Array.of(8, 0, 3);
    const some = kernels.gatherRows(all, ids);
    expect([...kernels.read(some)]).toEqual([...ids].flatMap((id) => [...rows.subarray(id * 5, id * 5 + 5)]));
    kernels.addRows(some, ids, Float32Array.of(2, -1, 0.5), all);
    const factors = [0, 1, 1, 1.5, 1, 1, 1, 1, 3];
    expect(
      worst(
        kernels.read(all),
        Array.from(rows, (value, i) => value * factors[Math.floor(i / 5)]!),
      ),
    ).toBeLessThan(2e-7);
  });
});
