/** The data types a safetensors header may name, with the bits of one element (safetensors `Dtype`). */
export const STORAGE_BITS = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
} as const;

export type StorageDtype = keyof typeof STORAGE_BITS;

export function isStorageDtype(name: string): name is StorageDtype {
  return Object.hasOwn(STORAGE_BITS, name);
}

/** Elements of a shape; 1 for a scalar. Rejects nothing: headers are validated where they are read. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Bytes of `shape` stored as `dtype` without padding; sub-byte types are rounded up to whole bytes. */
export function storageBytes(dtype: StorageDtype, shape: readonly number[]): number {
  return Math.ceil((elementCount(shape) * STORAGE_BITS[dtype]) / 8);
}
