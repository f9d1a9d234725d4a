import { codebookFormat } from './codebook-format';

/**
 * Additive powers of two: sums of one of {0, 1, 4, 8} and one of {0, 2}, in tenths. Codes are a sign above the
 * magnitudes in ascending order, as E2M1 has them; -0 is never written.
 */
export const apot4 = codebookFormat({
  id: 'apot4',
  aliases: ['apot'],
  title: '4-bit additive powers of two',
  codes: [0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1, -0, -0.1, -0.2, -0.3, -0.4, -0.6, -0.8, -1],
  group: 64,
  options: ['fit', 'rotate', 'outliers'],
  source: 'Li et al., Additive Powers-of-Two Quantization, arXiv 1909.13144; 4-bit values of arXiv 2405.03103',
});
