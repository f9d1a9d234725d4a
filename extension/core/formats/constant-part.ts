import type { Cast, ConstantSource, PartRole } from './format';
import { formatOf } from './format-of';
import { littleEndian } from './little-endian';

/**
 * Bytes of a part whose content follows from the plan and the tensor's range alone: the shape (I64), and what the
 * format says. Undefined for parts that come out of the cast.
 */
export function constantPart(cast: Cast, role: PartRole, tensor: ConstantSource): Uint8Array<ArrayBuffer> | undefined {
  if (role === 'codes' || role === 'scale') return undefined;
  const own = formatOf(cast).constantPart?.(role, tensor, cast);
  if (own || role !== 'shape') return own;
  return littleEndian(tensor.shape, 8, (view, at, extent) => view.setBigInt64(at, BigInt(extent), true));
}
