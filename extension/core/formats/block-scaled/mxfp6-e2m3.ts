import { E2M3_LAYOUT } from '../floats/float-codes';
import { floatElement } from './mx-elements';
import { mxFormat } from './mx-format';

/** MXFP6 with E2M3 elements, four in three bytes: compressed-tensors `mxfp6-pack-quantized`. */
export const mxfp6E2m3 = mxFormat({
  id: 'mxfp6_e2m3',
  aliases: ['mxfp6'],
  title: '6-bit float 1-2-3, a power of two for 32 columns',
  element: floatElement(E2M3_LAYOUT),
  largestExponent: 2,
  storage: 'U8',
});
