import { expect, test } from 'vitest';
import { nf4 } from '../../../../extension/core/formats/bitsandbytes/nf4';

test('the codes are the quantiles of a normal distribution that QLoRA defines', () => {
  // Eight quantiles from delta to 1/2 and nine from 1/2 to 1 - delta, divided by the largest.
  const delta = (1 / 32 + 1 / 30) / 2;
  const below = Array.from({ length: 8 }, (_, at) => normalQuantile(delta + ((0.5 - delta) * at) / 7));
  const above = Array.from({ length: 9 }, (_, at) => normalQuantile(0.5 + ((0.5 - delta) * at) / 8));
  const largest = above[8]!;
  const expected = [...below, ...above.slice(1)].map((value) => value / largest);
  nf4.codePoints!.forEach((code, at) => expect(code).toBeCloseTo(expected[at]!, 6));
});

/** Inverse of the normal distribution function by bisection on its series. */
function normalQuantile(probability: number): number {
  const cumulative = (x: number): number => {
    let term = x;
    let sum = x;
    for (let k = 1; k < 200; k++) sum += term *= (x * x) / (2 * k + 1);
    return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
  };
  let low = -9;
  let high = 9;
  while (high - low > 1e-13) {
    const middle = (low + high) / 2;
    if (cumulative(middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
