import { bitsPerWeight } from '../formats/bits-per-weight';
import { defaultCast } from '../formats/default-cast';
import type { Cast, NumberFormat } from '../formats/format';

/** A format with the scale it is compared at. */
export interface ComparableCast {
  readonly format: NumberFormat;
  readonly cast: Cast;
  /** With scales, in a large matrix. */
  readonly bitsPerWeight: number;
}

/**
 * A format at the common group size, so that none wins by finer scales; its own default where it takes no groups or,
 * like nf4 of bitsandbytes, where the scale's dtype is its own.
 */
export function comparableCast(format: NumberFormat, group: number): ComparableCast {
  const own = defaultCast(format);
  const cast: Cast =
    format.granularities.includes('group') && !hasFixedGroup(format)
      ? { ...own, scale: { kind: 'group', size: group } }
      : own;
  return { format, cast, bitsPerWeight: bitsPerWeight(format, cast) };
}

/** Whether the group is part of the format: OCP MX, NVFP4. */
function hasFixedGroup({ granularities, family }: NumberFormat): boolean {
  return family === 'block' && granularities.includes('group');
}
