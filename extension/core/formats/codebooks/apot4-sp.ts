import { codebookFormat } from './codebook-format';

/** Additive powers of two, super-precision: the code of -0 stands for 0.5, between 0.4 and 0.6. */
export const apot4Sp = codebookFormat({
  id: 'apot4_sp',
  title: '4-bit additive powers of two with 0.5 for -0 (super-precision)',
  codes: [0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1, 0.5, -0.1, -0.2, -0.3, -0.4, -0.6, -0.8, -1],
  group: 64,
  options: ['fit', 'rotate', 'outliers'],
  source: 'Dotzel et al., Learning from Students, arXiv 2405.03103',
});
