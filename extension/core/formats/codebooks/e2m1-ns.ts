import { codebookFormat } from './codebook-format';

/**
 * E2M1 without subnormals: 0001 stands for 0.75, one step of its binade below 1, instead of 0.5. Codes are the bit
 * patterns of E2M1; -0 is never written.
 */
export const e2m1Ns = codebookFormat({
  id: 'e2m1_ns',
  aliases: ['fp4_e2m1_ns', 'fp4_no_sub'],
  title: '4-bit float 1-2-1 without subnormals',
  codes: [0, 0.75, 1, 1.5, 2, 3, 4, 6, -0, -0.75, -1, -1.5, -2, -3, -4, -6],
  group: 64,
  options: ['fit', 'rotate', 'outliers'],
  source: 'Dotzel et al., Learning from Students, arXiv 2405.03103',
});
