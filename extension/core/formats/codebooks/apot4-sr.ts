import { codebookFormat } from './codebook-format';

/**
 * Additive powers of two, super-range: the code of -0 stands for 1.2. The paper names the idea without a value; 1.2
 * goes on by the last step (0.2), as the super-range of E2M1 goes from 6 to 8.
 */
export const apot4Sr = codebookFormat({
  id: 'apot4_sr',
  title: '4-bit additive powers of two with 1.2 for -0 (super-range)',
  codes: [0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1, 1.2, -0.1, -0.2, -0.3, -0.4, -0.6, -0.8, -1],
  group: 64,
  options: ['fit', 'rotate', 'outliers'],
  source: 'Dotzel et al., Learning from Students, arXiv 2405.03103',
});
