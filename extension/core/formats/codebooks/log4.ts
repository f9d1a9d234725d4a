import { codebookFormat } from './codebook-format';

/** Powers of two from 1/4 to 16 with their negatives, and zero; a sign above the magnitudes. -0 is never written. */
export const log4 = codebookFormat({
  id: 'log4',
  aliases: ['fp4_log', 'e3m0'],
  title: '4-bit powers of two',
  codes: [0, 0.25, 0.5, 1, 2, 4, 8, 16, -0, -0.25, -0.5, -1, -2, -4, -8, -16],
  group: 64,
  options: ['fit', 'rotate', 'outliers'],
  source: 'Miyashita et al., Convolutional Neural Networks using Logarithmic Data Representation, arXiv 1603.01025',
});
