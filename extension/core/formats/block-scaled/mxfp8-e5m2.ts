import { E5M2_LAYOUT } from '../floats/float-codes';
import { floatElement } from './mx-elements';
import { mxFormat } from './mx-format';

/** MXFP8 with E5M2 elements, stored as `mxfp8` is; no loader knows this element. */
export const mxfp8E5m2 = mxFormat({
  id: 'mxfp8_e5m2',
  aliases: [],
  title: '8-bit float 1-5-2, a power of two for 32 columns',
  element: floatElement(E5M2_LAYOUT),
  largestExponent: 15,
  storage: 'F8_E5M2',
});
