import { bfpFormat } from './bfp-format';

/** Block floating point with 3 magnitude bits. */
export const bfp4 = bfpFormat({
  id: 'bfp4',
  aliases: ['bfp_bf4', 'bfp4_b', 'bfloat4_b', 'ttnn.bfloat4_b'],
  title: '4-bit block floating point, an exponent for 16 columns',
  magnitudeBits: 3,
});
