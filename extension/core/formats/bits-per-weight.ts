import { defaultCast } from './default-cast';
import type { Cast, NumberFormat } from './format';

/** A weight of usual size, so that parts of fixed size weigh as little as they do in a model. */
const SHAPE = [4096, 4096] as const;

/** Bits that one weight takes on disk with its share of scales, zero points and packing, in a 4096 x 4096 matrix. */
export function bitsPerWeight(format: NumberFormat, cast: Cast = defaultCast(format)): number {
  const bytes = format.parts(SHAPE, cast).reduce((sum, part) => sum + part.bytes, 0);
  return (bytes * 8) / (SHAPE[0] * SHAPE[1]);
}
