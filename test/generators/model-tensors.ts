import { storageBytes, type StorageDtype } from '../../extension/core/checkpoint/storage-dtype';
import type { TensorInfo } from '../../extension/core/checkpoint/tensor';

/** A tensor of a published checkpoint, as its architecture and `config.json` give it. */
export interface ModelTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: StorageDtype;
}

export const tensor = (name: string, shape: readonly number[], dtype: StorageDtype = 'BF16'): ModelTensor => ({
  name,
  shape,
  dtype,
});

/** `count` parts one after the other: layers, experts. */
export function repeat(count: number, part: (at: number) => readonly ModelTensor[]): readonly ModelTensor[] {
  return Array.from({ length: count }, (_, at) => part(at)).flat();
}

export const bytesOf = ({ dtype, shape }: ModelTensor): number => storageBytes(dtype, shape);

export const totalBytes = (tensors: readonly ModelTensor[]): number =>
  tensors.reduce((sum, each) => sum + bytesOf(each), 0);

/** How the files of a checkpoint are named: `model-00001-of-00030.safetensors`. */
export type ShardName = (number: number, count: number) => string;

export const fiveDigits: ShardName = (number, count) =>
  `model-${String(number).padStart(5, '0')}-of-${String(count).padStart(5, '0')}.safetensors`;

/**
 * Files for tensors in order, as Hugging Face's writers fill them: a tensor that would make a file larger than
 * `most` bytes begins the next one. Offsets are those in the data of each file, from 0.
 */
export function shard(
  tensors: readonly ModelTensor[],
  most: number,
  nameOf: ShardName = fiveDigits,
): readonly TensorInfo[] {
  let shards = 0;
  let filled = Infinity;
  const placed = tensors.map((each) => {
    const bytes = bytesOf(each);
    if (filled + bytes > most) {
      shards++;
      filled = 0;
    }
    filled += bytes;
    return { ...each, bytes, number: shards, offset: filled - bytes };
  });
  return placed.map(({ name, shape, dtype, bytes, number, offset }) => ({
    name,
    shape,
    dtype,
    bytes,
    offset,
    file: nameOf(number, shards),
  }));
}
