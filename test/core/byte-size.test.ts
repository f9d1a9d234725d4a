import { expect, test } from 'vitest';
import { formatBits, formatBytes, parseBytes } from '../../extension/core/byte-size';

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

test.each([
  ['8GB', 8e9],
  ['1.5 GiB', 1.5 * 2 ** 30],
  ['512 B', 512],
  ['8', undefined],
  ['0 MB', undefined],
  ['-1 GB', undefined],
  ['8 gb', undefined],
])('"%s" is %s bytes', (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes);
});
