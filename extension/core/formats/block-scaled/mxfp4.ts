import { E2M1_LAYOUT } from '../floats/float-codes';
import { floatElement } from './mx-elements';
import { mxFormat } from './mx-format';

/** MXFP4: E2M1 elements, the first of two in the low nibble, as compressed-tensors `mxfp4-pack-quantized`. */
export const mxfp4 = mxFormat({
  id: 'mxfp4',
  aliases: ['mxfp4_e2m1'],
  title: '4-bit float 1-2-1, a power of two for 32 columns',
  element: floatElement(E2M1_LAYOUT),
  largestExponent: 2,
  storage: 'U8',
});
