import type { StorageDtype } from '../checkpoint/storage-dtype';
import type { Cast, PartRole } from './format';
import { NF4_CODES } from './nf4-codes';
import { nf4State } from './nf4-state';

/**
 * Bytes of a part whose content follows from the plan alone: the shape (I64), a codebook (F32), the state of
 * bitsandbytes. Undefined for parts that come out of the cast. `source` is the tensor's dtype before the cast.
 */
export function constantPart(
  cast: Cast,
  role: PartRole,
  shape: readonly number[],
  source: StorageDtype,
): Uint8Array<ArrayBuffer> | undefined {
  switch (role) {
    case 'shape':
      return littleEndian(shape, 8, (view, at, extent) => view.setBigInt64(at, BigInt(extent), true));
    case 'codebook':
      return littleEndian([...NF4_CODES], 4, (view, at, code) => view.setFloat32(at, code, true));
    case 'state':
      return nf4State(shape, cast.scale.kind === 'group' ? cast.scale.size : 1, source);
    case 'codes':
    case 'scale':
    case 'zero-point':
      return undefined;
  }
}

function littleEndian(
  values: readonly number[],
  size: number,
  write: (view: DataView, at: number, value: number) => void,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(values.length * size);
  const view = new DataView(bytes.buffer);
  values.forEach((value, at) => write(view, at * size, value));
  return bytes;
}
