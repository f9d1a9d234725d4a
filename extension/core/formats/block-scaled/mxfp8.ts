import { E4M3_LAYOUT } from '../floats/float-codes';
import { floatElement } from './mx-elements';
import { mxFormat } from './mx-format';

/** MXFP8 with E4M3 elements: compressed-tensors `mxfp8-quantized`, `weight` in F8_E4M3 beside `weight_scale`. */
export const mxfp8 = mxFormat({
  id: 'mxfp8',
  aliases: ['mxfp8_e4m3'],
  title: '8-bit float 1-4-3, a power of two for 32 columns',
  element: floatElement(E4M3_LAYOUT),
  largestExponent: 8,
  storage: 'F8_E4M3',
});
