import { E3M2_LAYOUT } from '../floats/float-codes';
import { floatElement } from './mx-elements';
import { mxFormat } from './mx-format';

/** MXFP6 with E3M2 elements, packed as `mxfp6_e2m3` is; no loader knows this element. */
export const mxfp6E3m2 = mxFormat({
  id: 'mxfp6_e3m2',
  aliases: [],
  title: '6-bit float 1-3-2, a power of two for 32 columns',
  element: floatElement(E3M2_LAYOUT),
  largestExponent: 4,
  storage: 'U8',
});
