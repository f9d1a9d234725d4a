import { isGgmlDtype, type StorageDtype } from '../checkpoint/storage-dtype';
import type { TensorTree, TreeTensor } from '../checkpoint/tensor';

const FLOATS: ReadonlySet<StorageDtype> = new Set<StorageDtype>([
  'F64',
  'F32',
  'F16',
  'BF16',
  'F8_E4M3',
  'F8_E5M2',
  'F8_E4M3FNUZ',
  'F8_E5M2FNUZ',
]);

/** Whether the elements are numbers by themselves: integers, packed codes and bare exponents are not. */
export function isFloat(dtype: StorageDtype): boolean {
  return FLOATS.has(dtype);
}

/** Whether the elements are numbers that were quantized in blocks of ggml: readable, but rounded already. */
export function isQuantized(dtype: StorageDtype): boolean {
  return isGgmlDtype(dtype);
}

/** Names that follow a weight when its 8-bit codes mean nothing without a scale (DeepSeek, compressed-tensors). */
const SCALE_SUFFIXES = ['_scale_inv', '_scale'];

/** The tensor that holds the scales of 8-bit float codes, when the checkpoint has one. */
export function scaleTensorOf({ name, dtype }: TreeTensor, tree: TensorTree): string | undefined {
  if (!dtype.startsWith('F8_')) return undefined;
  return SCALE_SUFFIXES.map((suffix) => name + suffix).find((scale) => tree.byName.has(scale));
}
