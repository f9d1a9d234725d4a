import { codebookFormat } from './codebook-format';

/** E2M1, super-precision: codes are the bit patterns of E2M1, but 1000, its -0, stands for 5. */
export const e2m1Sp = codebookFormat({
  id: 'e2m1_sp',
  aliases: ['fp4_e2m1_sp'],
  title: '4-bit float 1-2-1 with 5 for -0 (super-precision)',
  codes: [0, 0.5, 1, 1.5, 2, 3, 4, 6, 5, -0.5, -1, -1.5, -2, -3, -4, -6],
  group: 64,
  options: ['fit', 'rotate', 'outliers'],
  source: 'Dotzel et al., Learning from Students, arXiv 2405.03103',
});
