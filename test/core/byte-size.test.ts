import { expect, test } from 'vitest';
import { formatBits, formatBytes } from '../../extension/core/byte-size';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.00 kB'],
  [7_739_904, '7.74 MB'],
  [15_000_000, '15.0 MB'],
  [140_000_000_000, '140 GB'],
  // 999.96 kB would print as 1000 kB
  [999_960, '1.00 MB'],
])('%i bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test('bits per weight have two decimals', () => {
  expect(formatBits(4.125)).toBe('4.13');
});
