import { codebookFormat } from './codebook-format';

/**
 * NormalFloat-3: four quantiles of the normal distribution from delta to 1/2 and five from 1/2 to 1 - delta, divided
 * by the largest, with delta = (1/16 + 1/14) / 2, which is to 3 bits what the delta of NF4 is to 4. This is the
 * published table; sf3, also as published, keeps the delta of 4 bits.
 */
export const nf3 = codebookFormat({
  id: 'nf3',
  aliases: ['normalfloat3'],
  title: '3-bit NormalFloat codebook',
  codes: [
    -1, -0.5350227084855379, -0.24693143181157517, 0, 0.18333748033548752, 0.3819939543209139, 0.6229857417143423, 1,
  ],
  group: 64,
  options: ['fit', 'rotate', 'outliers'],
  source: 'Dettmers et al., QLoRA, arXiv 2305.14314; 3-bit values of arXiv 2405.03103',
});
