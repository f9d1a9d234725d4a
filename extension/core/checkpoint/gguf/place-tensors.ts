import { quote } from '../json-scanner';
import { CheckpointError } from '../checkpoint-error';
import type { ModelConfig } from '../model-config';
import { isGgmlDtype, storageBytes } from '../storage-dtype';
import type { TensorInfo } from '../tensor';
import type { Undo } from '../tensor-origin';
import type { Conversion } from './name-tables';
import { ggufNames } from './names';

/** Tensors under the names of Hugging Face checkpoints, and those that have none there. */
export interface PlacedTensors {
  readonly tensors: readonly TensorInfo[];
  /** Names, in the file's order. Undefined when the family's names are not known at all. */
  readonly unnamed: readonly string[] | undefined;
  /** Names of tensors that can only be read as float32, because they lie transposed in blocks. */
  readonly widened: readonly string[];
}

/**
 * The tensors of a GGUF model as a Hugging Face checkpoint has them: its names, its shapes, stacks of experts taken
 * apart; reading undoes what the conversion did to the values. Those of a family that is not known, and single ones
 * that only GGUF files have, stay as they are. Throws CheckpointError `bad-config` when a tensor is not what the
 * metadata says of heads.
 */
export function placeTensors(tensors: readonly TensorInfo[], config: ModelConfig): PlacedTensors {
  const names = ggufNames(config.model_type);
  if (!names) return { tensors, unnamed: undefined, widened: [] };
  const unnamed: string[] = [];
  const widened: string[] = [];
  const placed = tensors.flatMap((tensor): readonly TensorInfo[] => {
    const found = names.toHuggingFace(tensor.name, tensor.shape[0]);
    if (!found || (found.conversion === 'stacked' && tensor.shape.length < 2)) {
      unnamed.push(tensor.name);
      return [tensor];
    }
    if (found.conversion === 'stacked') return experts(tensor, found.names);
    const converted = convert({ ...tensor, name: found.names[0] }, tensor, found.conversion, config);
    if (converted.dtype !== tensor.dtype) widened.push(converted.name);
    return [converted];
  });
  refuseTwice(placed);
  return { tensors: placed, unnamed, widened };
}

/** One tensor an expert: the stack lies expert by expert. */
function experts(stack: TensorInfo, names: readonly string[]): readonly TensorInfo[] {
  const shape = stack.shape.slice(1);
  const bytes = storageBytes(stack.dtype, shape);
  const origin = { name: stack.name };
  return names.map((name, at) => ({ ...stack, name, shape, bytes, offset: stack.offset + at * bytes, origin }));
}

function convert(
  tensor: TensorInfo,
  stored: TensorInfo,
  conversion: Exclude<Conversion, 'stacked'> | undefined,
  config: ModelConfig,
): TensorInfo {
  const { shape, dtype } = stored;
  const undone = (undo: Undo): TensorInfo => ({ ...tensor, origin: { name: stored.name, undo } });
  switch (conversion) {
    case undefined:
      return { ...tensor, origin: { name: stored.name } };
    case 'paired-rows':
      return undone({ kind: conversion, headSize: headSizeOf(stored, config, 1) });
    case 'grouped-heads':
      return undone({ kind: conversion, headSize: headSizeOf(stored, config, 3) });
    case 'plus-one':
      if (dtype === 'F32') return undone({ kind: conversion });
      throw refusal(stored, `is stored as ${dtype}, expected F32, as norms are`);
    case 'transposed': {
      if (shape.length !== 2) return { ...tensor, origin: { name: stored.name } };
      const turned = { ...undone({ kind: conversion, dtype }), shape: [...shape].reverse() };
      if (!isGgmlDtype(dtype)) return turned;
      return { ...turned, dtype: 'F32', bytes: storageBytes('F32', shape) };
    }
    case 'row':
      return { ...tensor, shape: shape.length === 1 ? [1, ...shape] : shape, origin: { name: stored.name } };
  }
}

/** Rows of one head; the tensor must be whole heads of them, `times` over. */
function headSizeOf(tensor: TensorInfo, config: ModelConfig, times: number): number {
  const { hidden_size: hidden, num_attention_heads: heads } = config;
  const size = config.head_dim ?? (hidden !== undefined && heads ? hidden / heads : undefined);
  const rows = tensor.shape[0] ?? 0;
  if (tensor.shape.length < 2 && isGgmlDtype(tensor.dtype))
    throw refusal(tensor, `is a vector of ${tensor.dtype} blocks`);
  if (size !== undefined && size > 0 && size % 2 === 0 && rows % (size * times) === 0) return size;
  const found = size === undefined ? 'does not say how large a head is' : `has heads of ${size}`;
  throw refusal(tensor, `has ${rows} rows, but the metadata ${found}`);
}

function refuseTwice(tensors: readonly TensorInfo[]): void {
  const origins = new Map<string, string>();
  for (const { name, origin } of tensors) {
    const other = origins.get(name);
    const own = origin?.name ?? name;
    if (other !== undefined) {
      throw new CheckpointError('duplicate-key', `tensors ${quote(other)} and ${quote(own)} are both ${quote(name)}`);
    }
    origins.set(name, own);
  }
}

function refusal({ file, name }: TensorInfo, what: string): CheckpointError {
  return new CheckpointError('bad-config', `${file}: tensor ${quote(name)} ${what}; the file is damaged`);
}
