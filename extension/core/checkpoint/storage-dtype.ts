/** The data types a safetensors header may name, with the bits of one element (safetensors `Dtype`). */
export const SAFETENSORS_BITS = {
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

/** The block types of ggml that GGUF files hold besides: elements and bytes of one block (ggml.c, `type_traits`). */
export const GGML_BLOCKS = {
  Q4_0: [32, 18],
  Q4_1: [32, 20],
  Q5_0: [32, 22],
  Q5_1: [32, 24],
  Q8_0: [32, 34],
  Q2_K: [256, 84],
  Q3_K: [256, 110],
  Q4_K: [256, 144],
  Q5_K: [256, 176],
  Q6_K: [256, 210],
  Q8_K: [256, 292],
  IQ2_XXS: [256, 66],
  IQ2_XS: [256, 74],
  IQ3_XXS: [256, 98],
  IQ1_S: [256, 50],
  IQ4_NL: [32, 18],
  IQ3_S: [256, 110],
  IQ2_S: [256, 82],
  IQ4_XS: [256, 136],
  IQ1_M: [256, 56],
  TQ1_0: [256, 54],
  TQ2_0: [256, 66],
  MXFP4: [32, 17],
  NVFP4: [64, 36],
  Q1_0: [128, 18],
} as const satisfies Readonly<Record<string, readonly [elements: number, bytes: number]>>;

export type SafetensorsDtype = keyof typeof SAFETENSORS_BITS;
export type GgmlDtype = keyof typeof GGML_BLOCKS;
export type StorageDtype = SafetensorsDtype | GgmlDtype;

/**
 * Bits of one element. Of ggml's blocks, scales and all: a fraction, but one that binary numbers hold exactly, so that
 * elements of whole blocks times it are exact bytes.
 */
export const STORAGE_BITS: Readonly<Record<StorageDtype, number>> = {
  ...SAFETENSORS_BITS,
  ...(Object.fromEntries(
    Object.entries(GGML_BLOCKS).map(([dtype, [elements, bytes]]) => [dtype, (bytes * 8) / elements]),
  ) as Record<GgmlDtype, number>),
};

export function isSafetensorsDtype(name: string): name is SafetensorsDtype {
  return Object.hasOwn(SAFETENSORS_BITS, name);
}

/** Whether elements are stored in blocks of ggml, quantized. */
export function isGgmlDtype(name: string): name is GgmlDtype {
  return Object.hasOwn(GGML_BLOCKS, name);
}

/** Elements that are only stored together: those of a block of ggml, else 1. Rows are whole numbers of them. */
export function blockElements(dtype: StorageDtype): number {
  return isGgmlDtype(dtype) ? GGML_BLOCKS[dtype][0] : 1;
}

/** Elements of a shape; 1 for a scalar. Rejects nothing: headers are validated where they are read. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Bytes of `shape` stored as `dtype` without padding; sub-byte types are rounded up to whole bytes. */
export function storageBytes(dtype: StorageDtype, shape: readonly number[]): number {
  return Math.ceil((elementCount(shape) * STORAGE_BITS[dtype]) / 8);
}
