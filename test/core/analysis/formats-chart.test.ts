import { expect, test } from 'vitest';
import { formatsChart } from '../../../extension/core/analysis/formats-chart';

test('the longest bar fills its panel, names are escaped, a negative change draws no bar backwards', () => {
  const chart = formatsChart('a < b', [
    { label: 'one & "two"', relativeError: 10, perplexity: { change: 2, low: 1, high: 4 } },
    { label: 'three', relativeError: 5, perplexity: { change: -1, low: -3, high: 1 } },
  ]);
  expect(chart).toContain('a &lt; b');
  expect(chart).toContain('one &amp; &quot;two&quot;');
  const widths = [...chart.matchAll(/class="bar"[^>]* width="([\d.-]+)"/g)].map(([, width]) => Number(width));
  expect(widths).toEqual([300, 150, 150, 0]);
});

test('without perplexity there is one panel', () => {
  const rows = [{ label: 'nf4', relativeError: 9.5, perplexity: undefined }];
  expect(formatsChart('t', rows)).not.toContain('perplexity');
  expect(formatsChart('t', [{ ...rows[0]!, relativeError: 0 }])).toContain('width="0.0"');
});
