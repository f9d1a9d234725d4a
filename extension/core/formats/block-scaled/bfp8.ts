import { bfpFormat } from './bfp-format';

/** Block floating point with 7 magnitude bits. */
export const bfp8 = bfpFormat({
  id: 'bfp8',
  aliases: ['bfp_bf8', 'bfp8_b', 'bfloat8_b', 'ttnn.bfloat8_b'],
  title: '8-bit block floating point, an exponent for 16 columns',
  magnitudeBits: 7,
});
