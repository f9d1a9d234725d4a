import { fixedPointFormat } from './fixed-point';

/** Dynamic fixed point of 16 bits. */
export const dfp16 = fixedPointFormat(16);
