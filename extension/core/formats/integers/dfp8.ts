import { fixedPointFormat } from './fixed-point';

/** Dynamic fixed point of 8 bits. */
export const dfp8 = fixedPointFormat(8);
