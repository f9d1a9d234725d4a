import { STORAGE_BITS, elementCount, type StorageDtype } from '../checkpoint/storage-dtype';
import type { TensorTree, TreeTensor } from '../checkpoint/tensor';
import type { Cast, NumberFormat, Part, PartRole } from '../formats/format';
import { storedName } from '../interop/stored-names';

/**
 * Formats that are told apart by the names, dtypes and shapes of their parts. Packed integers are not: int4 by group
 * 128 and int2 by group 256 look alike until their configuration is read.
 */
const TELLING: ReadonlySet<string> = new Set(['fp8_e4m3', 'int8', 'mxfp8', 'mxfp4', 'nvfp4', 'nf4', 'e2m1_bnb']);

const CODES: ReadonlySet<StorageDtype> = new Set<StorageDtype>(['F8_E4M3', 'I8', 'U8']);

/** What may lie beside codes; its absence tells as much as its presence. */
const ROLES: readonly PartRole[] = ['scale', 'global-scale', 'zero-point', 'codebook', 'nested-scale'];

/** Scales of any of these are as good as the default's. */
const PLAIN_SCALES: ReadonlySet<string> = new Set(['F32', 'BF16', 'F16']);

/**
 * Whether a tensor of codes, with the parts that lie beside it, is what the cast would write: a layer of
 * compressed-tensors, bitsandbytes or DeepSeek (`_scale_inv`) that has the format already. `scaleDtype` says whether the
 * policy names the dtype of scales; else any plain one will do.
 */
export function isStoredAs(
  tensor: TreeTensor,
  tree: TensorTree,
  cast: Cast,
  format: NumberFormat,
  scaleDtype: boolean,
): boolean {
  if (!CODES.has(tensor.dtype) || !TELLING.has(format.id)) return false;
  if (cast.rotate !== undefined || cast.outliers !== undefined) return false;
  const base = baseName(tensor.name, format);
  const shape = shapeBefore(tensor, format);
  if (base === undefined || shape === undefined) return false;
  const parts = new Map(format.parts(shape, cast).map((part) => [part.role, part]));
  const codes = parts.get('codes')!;
  if (codes.dtype !== tensor.dtype || elementCount(codes.shape) !== elementCount(tensor.shape)) return false;
  if (parts.has('state') && !tree.byName.has(storedName(base, format, 'state'))) return false;
  return ROLES.every((role) => {
    const beside = besideOf(base, role, format, tree);
    const part = parts.get(role);
    return part ? beside !== undefined && fits(part, beside, cast, scaleDtype) : beside === undefined;
  });
}

/** Name of the layer's weight; undefined where codes of the format are called otherwise. */
function baseName(name: string, format: NumberFormat): string | undefined {
  if (!format.packed) return name;
  const suffix = storedName('', format, 'codes');
  return name.endsWith(suffix) ? name.slice(0, -suffix.length) : undefined;
}

/** Of the weight before the cast, where codes share bytes; a vector, where they run on over its rows. */
function shapeBefore({ dtype, shape }: TreeTensor, format: NumberFormat): readonly number[] | undefined {
  const times = STORAGE_BITS[dtype] / format.bits;
  if (times === 1) return shape;
  return format.flattened ? [elementCount(shape) * times] : [...shape.slice(0, -1), (shape.at(-1) ?? 1) * times];
}

function besideOf(base: string, role: PartRole, format: NumberFormat, tree: TensorTree): TreeTensor | undefined {
  const beside = tree.byName.get(storedName(base, format, role));
  return beside ?? (role === 'scale' ? tree.byName.get(`${base}_scale_inv`) : undefined);
}

function fits(part: Part, { dtype, shape }: TreeTensor, cast: Cast, scaleDtype: boolean): boolean {
  if (elementCount(part.shape) !== elementCount(shape)) return false;
  if (part.dtype === dtype) return true;
  if (part.role !== 'scale') return false;
  // compressed-tensors stores powers of two as plain bytes.
  if (part.dtype === 'F8_E8M0') return dtype === 'U8';
  return !scaleDtype && PLAIN_SCALES.has(cast.scaleDtype) && PLAIN_SCALES.has(dtype);
}

/** What decides `isStoredAs` beside the tensor's own dtype and shape: tensors alike in it are of one kind. */
export function partsBeside({ name, dtype }: TreeTensor, tree: TensorTree): string {
  if (!CODES.has(dtype)) return '';
  const base = name.replace(/_packed$/, '');
  return ['_scale', '_scale_inv', '_global_scale', '_zero_point', '.absmax', '.quant_map', '.nested_absmax']
    .map((suffix) => tree.byName.get(base + suffix))
    .map((beside) => (beside ? `${beside.dtype} ${beside.shape.join()}` : ''))
    .join(' ');
}
