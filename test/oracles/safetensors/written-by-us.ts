import { encodeSafetensorsHeader, type HeaderEntry } from '../../../extension/core/checkpoint/safetensors-header';
import { SAFETENSORS_BITS, storageBytes, type StorageDtype } from '../../../extension/core/checkpoint/storage-dtype';

/** One tensor of each dtype, with scalars, empty axes and an odd size that would leave the next one unaligned. */
export const WRITTEN_ENTRIES: readonly HeaderEntry[] = [
  { name: 'odd bytes first', dtype: 'U8', shape: [3] },
  ...(Object.keys(SAFETENSORS_BITS) as StorageDtype[]).map((dtype) => ({
    name: `every.${dtype}`,
    dtype,
    shape: [2, 4],
  })),
  { name: 'scalar', dtype: 'F32', shape: [] },
  { name: 'empty', dtype: 'BF16', shape: [0, 7] },
  { name: 'name "quoted" \\ \n é 😀', dtype: 'F16', shape: [1] },
];

/** A file of our writer whose weights are a byte pattern that no two tensors share. */
export function writtenByUs(): Uint8Array {
  const metadata = new Map([
    ['format', 'pt'],
    ['note', 'é "quoted"'],
  ]);
  const header = encodeSafetensorsHeader(WRITTEN_ENTRIES, metadata);
  const file = new Uint8Array(header.fileSize);
  file.set(header.bytes);
  WRITTEN_ENTRIES.forEach(({ dtype, shape }, at) => file.set(patternOf(at, dtype, shape), header.offsets[at]));
  return file;
}

/** The weights of the tensor at `at`; BOOL knows only 0 and 1. */
export function patternOf(at: number, dtype: StorageDtype, shape: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(storageBytes(dtype, shape));
  return bytes.map((_, index) => (dtype === 'BOOL' ? (at + index) % 2 : (at * 37 + index * 11 + 1) % 251));
}
