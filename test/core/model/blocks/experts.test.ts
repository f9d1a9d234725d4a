import { expect, test } from 'vitest';
import { route } from '../../../../extension/core/model/blocks/experts';

const LOGITS = Float32Array.of(Math.log(2), Math.log(1), Math.log(5), 0, 0, 0);

test('the probabilities of all experts, of the chosen ones only', () => {
  const routes = route(LOGITS, 2, 2, false);
  expect(routes.map(({ rows }) => [...rows])).toEqual([[0, 1], [1], [0]]);
  expect([...routes[0]!.weights].map((weight) => weight.toFixed(6))).toEqual(['0.250000', '0.333333']);
  expect(routes[2]!.weights[0]).toBeCloseTo(0.625, 6);
});

test('scaled to sum to 1', () => {
  const routes = route(LOGITS, 2, 2, true);
  expect(routes[0]!.weights[0]).toBeCloseTo(2 / 7, 6);
  expect(routes[2]!.weights[0]).toBeCloseTo(5 / 7, 6);
  expect(routes[1]!.weights[0]).toBe(0.5);
});

test('logits that are not numbers neither hang nor throw', () => {
  const routes = route(Float32Array.of(NaN, 1, NaN), 1, 2, true);
  expect(routes.flatMap(({ rows }) => [...rows])).toHaveLength(2);
});
