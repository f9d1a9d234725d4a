import { bfpFormat } from './bfp-format';

/** Block floating point with 1 magnitude bit. */
export const bfp2 = bfpFormat({
  id: 'bfp2',
  aliases: ['bfp_bf2', 'bfp2_b'],
  title: '2-bit block floating point, an exponent for 16 columns',
  magnitudeBits: 1,
});
