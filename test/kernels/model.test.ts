import { describe, expect, test } from 'vitest';
import { rotaryFrequencies } from '../../extension/core/model/rotary';
import { BUILDS, modelKernels, noise } from './model-kernels';
import * as reference from './model-reference';

const ALL = { window: undefined, softcap: undefined };

function expectNear(got: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void {
  expect(got.length).toBe(wanted.length);
  let worst = 0;
  for (let i = 0; i < got.length; i++) worst = Math.max(worst, Math.abs(got[i]! - wanted[i]!));
  expect(worst).toBeLessThan(tolerance);
}

describe.each(BUILDS)('%s build', (build) => {
  const kernels = modelKernels(build);

  describe('matmul', () => {
    test.each([
      [1, 1, 1],
      [3, 5, 7],
      [8, 16, 8],
      [13, 48, 77],
      [130, 33, 20],
      [9, 1100, 11],
    ])('%i rows, %i deep, %i columns', (rows, depth, columns) => {
      const x = noise(rows * depth, 1);
      const w = noise(columns * depth, 2);
      const packed = kernels.pack(kernels.write(x, rows, depth));
      const matrix = kernels.loadMatrix(() => w, columns, depth);
      const wanted = reference.product(x, w, rows, depth, columns);
      const y = kernels.activations(rows, columns);
      kernels.linear(packed, matrix, y, 0);
      expectNear(kernels.read(y), wanted, 1e-6 * depth);

      const to = kernels.write(noise(rows * columns, 3), rows, columns);
      const before = kernels.read(to);
      kernels.addLinear(packed, matrix, to, 0);
      expectNear(
        kernels.read(to),
        wanted.map((value, i) => value + before[i]!),
        1e-6 * depth,
      );
    });
  });

  test('rows of the embedding are read back as they were loaded', () => {
    const table = noise(21 * 13, 4);
    const x = kernels.activations(5, 13);
    kernels.embed(
      kernels.loadMatrix(() => table, 21, 13),
      0,
      Int32Array.of(0, 20, 7, 7, 8),
      x,
    );
    const wanted = [0, 20, 7, 7, 8].flatMap((row) => [...table.subarray(row * 13, (row + 1) * 13)]);
    expect([...kernels.read(x)]).toEqual(wanted);
  });

  test.each([1, 4, 33, 256])('RMS norm of %i columns', (columns) => {
    const x = noise(5 * columns, 5);
    const weight = noise(columns, 6);
    const y = kernels.rmsNorm(
      kernels.write(x, 5, columns),
      kernels.loadVector(() => weight, columns),
      1e-5,
    );
    expectNear(kernels.read(y), reference.rmsNorm(x, weight, 1e-5, columns), 2e-6);
  });

  test.each([
    [2, 2],
    [6, 6],
    [12, 12],
    [64, 64],
    [20, 6],
    [16, 8],
  ])('rotary embedding of heads of %i, the first %i turned', (headSize, size) => {
    const x = noise(11 * 3 * headSize, 7);
    const { frequencies } = rotaryFrequencies({ size, theta: 10_000, scaling: { kind: 'default' } }, 19);
    const table = kernels.rotaryTable(19, frequencies, 1);
    for (const scale of [0.25, 1]) {
      const rows = kernels.write(x, 11, 3 * headSize);
      kernels.rotate(rows, 8, 3, table, scale);
      expectNear(kernels.read(rows), reference.rotated(x, 8, 3, headSize, frequencies, scale), 1e-6);
    }
  });

  test.each([
    [1, 1, 8, 5, ALL],
    [4, 4, 6, 40, ALL],
    [6, 2, 12, 150, ALL],
    [8, 1, 32, 129, ALL],
    [2, 1, 8, 150, { ...ALL, window: 1 }],
    [2, 2, 8, 150, { ...ALL, window: 4 }],
    [4, 2, 6, 150, { ...ALL, window: 37 }],
    [2, 1, 8, 150, { ...ALL, window: 149 }],
    [2, 1, 8, 40, { ...ALL, window: 999 }],
    [2, 1, 8, 70, { ...ALL, softcap: 0.5 }],
    [2, 1, 8, 150, { window: 30, softcap: 2 }],
  ])(
    'attention of %i heads on %i, of %i elements, over %i positions, %j',
    (heads, kvHeads, headSize, positions, limits) => {
      const q = noise(positions * heads * headSize, 8).map((value) => value * 2);
      const k = noise(positions * kvHeads * headSize, 9);
      const v = noise(positions * kvHeads * headSize, 10);
      const cache = kernels.keyValues(positions, kvHeads, headSize);
      const all = { q: heads, k: kvHeads, v: kvHeads };
      const part = (values: Float32Array, at: keyof typeof all, first: number, rows: number) => {
        const columns = all[at] * headSize;
        return kernels.write(values.slice(first * columns, (first + rows) * columns), rows, columns);
      };
      for (let first = 0; first < positions; first += 64) {
        const rows = Math.min(64, positions - first);
        kernels.append(cache, first, part(k, 'k', first, rows), part(v, 'v', first, rows));
        const queries = part(q, 'q', first, rows);
        const wanted = reference.attention(kernels.read(queries), k, v, first, heads, kvHeads, headSize, limits);
        const mixed = kernels.activations(rows, heads * headSize);
        kernels.attention(queries, cache, first, heads, limits, mixed);
        expectNear(kernels.read(mixed), wanted, 3e-6);
      }
    },
  );

  test('swiglu, also where the exponential over- and underflows', () => {
    const gate = Float32Array.of(-1000, -90, -20, -1, 0, 1, 20, 1000);
    const up = noise(8, 11);
    const got = kernels.write(gate, 1, 8);
    kernels.gate(got, kernels.write(up, 1, 8), 'silu');
    expectNear(kernels.read(got), reference.swiglu(gate, up), 1e-4);
  });

  describe('the reduction of logits', () => {
    const rowsOf = (values: Float32Array, rows: number) => kernels.write(values, rows, values.length / rows);

    test.each([3, 4, 7, 64, 1030])('log-sum-exp and largest of %i columns', (columns) => {
      const logits = noise(3 * columns, 12).map((value) => value * 30);
      for (const [row, { logSumExp, top }] of kernels.rowSums(rowsOf(logits, 3)).entries()) {
        const values = logits.subarray(row * columns, (row + 1) * columns);
        expect(logSumExp).toBeCloseTo(reference.logSumExp(values), 5);
        expect(top).toBe(values.indexOf(Math.max(...values)));
      }
    });

    test('the first of equally large logits is the most likely', () => {
      expect(kernels.rowSums(rowsOf(Float32Array.of(1, 5, 2, 5, 5), 1))[0]!.top).toBe(1);
    });

    test('a NaN is not lost', () => {
      const [sums] = kernels.rowSums(rowsOf(Float32Array.of(1, 2, NaN, 3, 4), 1));
      expect(sums!.logSumExp).toBeNaN();
    });

    test.each([1e-6, 1e-3, 0.1, 3, 100])('divergence of logits that differ by up to %f', (spread) => {
      const columns = 1030;
      const base = noise(columns, 13).map((value) => value * 10);
      const cast = base.map((value, i) => value + spread * noise(columns, 14)[i]!);
      const [b, c] = [rowsOf(base, 1), rowsOf(cast, 1)];
      const wanted = reference.divergence(base, cast);
      const got = kernels.divergence(b, c, 0, kernels.rowSums(b)[0]!.logSumExp, kernels.rowSums(c)[0]!.logSumExp);
      // An error e of the log-sums comes in as e^2 / 2.
      expect(Math.abs(got - wanted)).toBeLessThan(2e-5 * wanted + 2e-15);
      expect(got).toBeGreaterThanOrEqual(0);
    });
  });
});
