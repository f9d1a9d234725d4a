import { elementCount, type StorageDtype } from '../checkpoint/storage-dtype';
import type { TensorTree, TreeTensor } from '../checkpoint/tensor';
import type { Cast, Granularity, NumberFormat } from '../formats/format';
import { withOptions } from '../formats/format-of';
import type { FormatTable } from '../formats/format-table';
import type { DtypeChoice } from '../policy/policy';
import { KEEP } from '../policy/read/dtype';
import { isFloat, isQuantized, scaleTensorOf } from './castable';
import type { Treatment } from './plan';
import { isStoredAs } from './stored-as';

const ASKED: Treatment = { kind: 'keep', reason: 'asked' };
const NOT_FLOAT: Treatment = { kind: 'keep', reason: 'not-float' };
const EMPTY: Treatment = { kind: 'keep', reason: 'empty' };
const SAME_DTYPE: Treatment = { kind: 'keep', reason: 'same-dtype' };
const INVALID: Treatment = { kind: 'keep', reason: 'invalid' };

/**
 * A choice with the format's defaults filled in, and the format with what its options wrap around it: they have a say in
 * the parts. Undefined for `keep` and for a dtype that is not known.
 */
export function castOf(
  choice: DtypeChoice | undefined,
  formats: FormatTable,
): { cast: Cast; format: NumberFormat } | undefined {
  const format = choice?.dtype && formats.find(choice.dtype.value)?.format;
  if (!format) return undefined;
  const cast: Cast = {
    format: format.id,
    scale: scaleOf(choice, format),
    scaleDtype: choice.scaleDtype?.value ?? format.defaultScaleDtype,
    round: choice.round?.value ?? { kind: 'nearest' },
    overflow: choice.overflow?.value ?? 'saturate',
    ...Object.fromEntries(choice.options.map(({ name, value }) => [name, value])),
    ...(format.definition && { definition: format.definition }),
  };
  return { cast, format: withOptions(format, cast) };
}

/**
 * What a choice does to the tensors of a tree: a function of the tensor, because the defaults are filled in
 * once and tensors of one shape share their parts.
 */
export function createTreatment(
  choice: DtypeChoice | undefined,
  tree: TensorTree,
  formats: FormatTable,
): (tensor: TreeTensor) => Treatment {
  if (choice === undefined || choice.dtype?.value === KEEP) return () => ASKED;
  const asked = castOf(choice, formats);
  if (!asked) return () => INVALID;
  const { cast, format } = asked;
  const byShape = new Map<string, Treatment>();
  return (tensor) => {
    const { dtype, shape } = tensor;
    if (elementCount(shape) === 0) return EMPTY;
    if (isQuantized(dtype) && storesAs(format, dtype)) return SAME_DTYPE;
    if (isStoredAs(tensor, tree, cast, format, choice.scaleDtype !== undefined)) return SAME_DTYPE;
    if (!isFloat(dtype) && !isQuantized(dtype)) return NOT_FLOAT;
    if (scaleTensorOf(tensor, tree) !== undefined) return INVALID;
    const key = `${dtype} ${shape.join()}`;
    const known = byShape.get(key);
    if (known) return known;
    const treatment = divides(cast, shape, format) ? castTreatment(tensor, cast, format) : INVALID;
    byShape.set(key, treatment);
    return treatment;
  };
}

function castTreatment({ dtype, shape }: TreeTensor, cast: Cast, format: NumberFormat): Treatment {
  const parts = format.parts(shape, cast, dtype);
  const plain = parts.length === 1 && cast.scale.kind === 'none';
  return plain && parts[0]!.dtype === dtype ? SAME_DTYPE : { kind: 'cast', cast, parts };
}

/** Whether the format is this block type of ggml. */
function storesAs({ aliases }: NumberFormat, dtype: StorageDtype): boolean {
  return aliases.includes(`ggml_type_${dtype.toLowerCase()}`);
}

/** The scale asked for; the format's own where it takes no such scale, which the parser has told already. */
function scaleOf({ scale }: DtypeChoice, format: NumberFormat): Granularity {
  return scale && format.granularities.includes(scale.value.kind) ? scale.value : format.defaultScale;
}

/**
 * Whether a tensor can be cut as a cast says. Rotations and groups fill the rows, though groups may run on over them.
 * Blocks may be ragged at the edges, as in DeepSeek's checkpoints, but lie within one matrix of a stack.
 */
export function divides(
  { scale, rotate = 1 }: Pick<Cast, 'scale' | 'rotate'>,
  shape: readonly number[],
  { flattened, blockSize = 1 }: Pick<NumberFormat, 'flattened' | 'blockSize'>,
): boolean {
  const columns = shape.at(-1) ?? 1;
  if (columns % blockSize !== 0 || columns % rotate !== 0) return false;
  if (scale.kind === 'group') return flattened === true || columns % scale.size === 0;
  return scale.kind !== 'block' || shape.length < 3 || shape.at(-2)! % scale.rows === 0;
}
