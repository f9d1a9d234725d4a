import { STORAGE_BITS, blockElements, isGgmlDtype, type StorageDtype } from '../../checkpoint/storage-dtype';
import { BF16_LAYOUT, E4M3_LAYOUT, E5M2_LAYOUT, FP16_LAYOUT, decodeFloat } from './float-codes';
import { ggmlBlock } from '../ggml/blocks';

/** Storage dtypes of floats, whose values the kernels widen themselves. */
export const SOURCE_DTYPES = ['F64', 'F32', 'BF16', 'F16', 'F8_E4M3', 'F8_E5M2'] as const;

export type SourceDtype = (typeof SOURCE_DTYPES)[number];

export function isSourceDtype(dtype: StorageDtype): dtype is SourceDtype {
  return (SOURCE_DTYPES as readonly StorageDtype[]).includes(dtype);
}

/** Whether values can be read: floats, and blocks of ggml that there is a decoder for. */
export function hasValues(dtype: StorageDtype): boolean {
  return isSourceDtype(dtype) || (isGgmlDtype(dtype) && ggmlBlock(dtype) !== undefined);
}

/** Throws unless values of the dtype can be read and the bytes are whole elements or blocks; returns their number. */
export function sourceElements(dtype: StorageDtype, byteLength: number): number {
  if (!hasValues(dtype)) {
    throw new Error(`${dtype} values can't be read; ${SOURCE_DTYPES.join(', ')} and most quantized types of ggml can`);
  }
  const size = STORAGE_BITS[dtype] / 8;
  const unit = blockElements(dtype) * size;
  if (byteLength % unit !== 0) {
    const what = isGgmlDtype(dtype) ? `blocks of ${dtype}` : `${dtype} values`;
    throw new Error(`${byteLength} bytes are no whole number of ${what}`);
  }
  return byteLength / size;
}

/**
 * Little-endian source bytes as float32, the precision every cast starts from: exact for all floats but F64, which
 * is rounded to nearest and becomes infinite beyond float32's range. Blocks of ggml as it decodes them.
 */
export function sourceFloats(dtype: StorageDtype, bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const elements = sourceElements(dtype, bytes.byteLength);
  if (isGgmlDtype(dtype)) return ggmlBlock(dtype)!.decode(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = reader(dtype as SourceDtype, view);
  const floats = new Float32Array(elements);
  for (let at = 0; at < elements; at++) floats[at] = read(at);
  return floats;
}

function reader(dtype: SourceDtype, view: DataView): (at: number) => number {
  switch (dtype) {
    case 'F64':
      return (at) => view.getFloat64(at * 8, true);
    case 'F32':
      return (at) => view.getFloat32(at * 4, true);
    case 'BF16':
      return (at) => decodeFloat(view.getUint16(at * 2, true), BF16_LAYOUT);
    case 'F16':
      return (at) => decodeFloat(view.getUint16(at * 2, true), FP16_LAYOUT);
    case 'F8_E4M3':
      return (at) => decodeFloat(view.getUint8(at), E4M3_LAYOUT);
    case 'F8_E5M2':
      return (at) => decodeFloat(view.getUint8(at), E5M2_LAYOUT);
  }
}
