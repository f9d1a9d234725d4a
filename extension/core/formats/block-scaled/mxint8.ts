import { INT8_ELEMENT } from './mx-elements';
import { mxFormat } from './mx-format';

/** MXINT8: 8-bit two's complement with 6 fraction bits; codes in I8 beside the E8M0 scales. */
export const mxint8 = mxFormat({
  id: 'mxint8',
  aliases: [],
  title: '8-bit integer, a power of two for 32 columns',
  element: INT8_ELEMENT,
  largestExponent: 0,
  storage: 'I8',
});
