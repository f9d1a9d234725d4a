import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { comparableCast } from '../../../extension/core/analysis/comparable-casts';
import { measureCast } from '../../../extension/core/analysis/measure-cast';
import { relativeError } from '../../../extension/core/analysis/cast-error';
import type { CastOptions } from '../../../extension/core/formats/cast-options';
import { FORMATS } from '../../../extension/core/formats/registry';
import { random } from '../formats/casts';

// "Learning from Students" (arXiv 2405.03103): weights of language models follow Student's t distribution, and a
// codebook of its quantiles loses less on them than one of normal quantiles. Here on weights drawn from it.

const COUNT = 1 << 17;
const MATRIX = { rows: COUNT / 4096, columns: 4096 };
const GROUP = 128;

/** Box and Muller. */
function normal(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

/** Student's t with `nu` degrees of freedom: a normal number over the root of a mean of `nu` squared ones. */
function weights(nu: number): Float32Array<ArrayBuffer> {
  const next = random(17);
  if (nu === Infinity) return Float32Array.from({ length: COUNT }, () => normal(next));
  return Float32Array.from({ length: COUNT }, () => {
    let squares = 0;
    for (let at = 0; at < nu; at++) squares += normal(next) ** 2;
    return normal(next) / Math.sqrt(squares / nu);
  });
}

/** ||x - cast x|| / ||x|| in percent, all with float32 scales by group. */
function error(values: Float32Array, id: string, options: CastOptions = {}): number {
  const format = FORMATS.get(id)!;
  const cast = { ...comparableCast(format, GROUP).cast, scaleDtype: 'F32', ...options } as const;
  const encoded = format.encodeRows(values, MATRIX, cast, { min: 0, max: 0, amax: 0 });
  return relativeError(measureCast(values, format.decodeRows(encoded, MATRIX, cast), MATRIX, encoded)) * 100;
}

const drawn = new Map([3, 5, 10, Infinity].map((nu) => [nu, weights(nu)]));

describe.each([3, 5])('weights of a t distribution, nu = %d', (nu) => {
  const values = drawn.get(nu)!;

  test('sf4 with that nu loses less than nf4, nf4 less than e2m1, e2m1 less than int4', () => {
    const errors = [error(values, 'sf4', { nu }), ...['nf4', 'fp4_e2m1', 'int4'].map((id) => error(values, id))];
    expect(errors).toEqual([...errors].sort((a, b) => a - b));
    expect(errors[0]).toBeLessThan(0.98 * errors[1]!);
  });

  test('the right nu loses less than one far from it', () => {
    expect(error(values, 'sf4', { nu })).toBeLessThan(error(values, 'sf4', { nu: 20 }));
  });
});

test('on normal weights nf4 loses less than sf4, and sf4 less the nearer it comes to normal', () => {
  const values = drawn.get(Infinity)!;
  const errors = [error(values, 'nf4'), ...[100, 20, 10, 5, 3].map((nu) => error(values, 'sf4', { nu }))];
  expect(errors).toEqual([...errors].sort((a, b) => a - b));
});

test('super-range and super-precision lose less than e2m1 on heavy tails, as its paper finds', () => {
  const values = drawn.get(5)!;
  const plain = error(values, 'fp4_e2m1');
  expect(error(values, 'e2m1_sp')).toBeLessThan(plain);
});

test('docs/four-bit-formats.md shows these figures', () => {
  const page = readFileSync(new URL('../../../docs/four-bit-formats.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)(?: nu=(\d+))?` \|((?: [\d.]+% \|)+)$/gm)];
  expect(rows.length).toBeGreaterThan(4);
  for (const [, id, nu, cells] of rows) {
    const shown = cells!.match(/[\d.]+/g)!.map(Number);
    const found = [...drawn.values()].map((values) => error(values, id!, nu === undefined ? {} : { nu: Number(nu) }));
    expect(shown.map((value) => value.toFixed(2))).toEqual(found.map((value) => value.toFixed(2)));
  }
});
