import type { StorageDtype } from '../checkpoint/storage-dtype';
import type { PartRole } from '../formats/format';
import type { Plan, PlannedTensor } from '../resolve/plan';
import { formatOf } from '../formats/format-of';
import { writtenFile } from './gguf-source';
import { storedName } from './stored-names';

/** One tensor of the written checkpoint: a kept tensor whole, or one part of a cast one. */
export interface StoredTensor {
  readonly name: string;
  readonly dtype: StorageDtype;
  readonly shape: readonly number[];
  readonly bytes: number;
  readonly role: PartRole;
  readonly planned: PlannedTensor;
}

/** A weight file of the written checkpoint, in the order its bytes are laid out. */
export interface OutputShard {
  readonly file: string;
  readonly stored: readonly StoredTensor[];
}

/**
 * The written checkpoint's files: the source's own shards, each tensor replaced by its parts, which stay
 * next to each other. Throws when a part's name is already taken by another tensor of the checkpoint.
 */
export function outputShards(plan: Plan): readonly OutputShard[] {
  const shards = new Map<string, StoredTensor[]>();
  const owners = new Map<string, string>();
  for (const planned of plan.tensors) {
    const file = writtenFile(planned.tensor.file);
    const shard = shards.get(file) ?? [];
    shards.set(file, shard);
    for (const stored of storedTensors(planned)) {
      const owner = owners.get(stored.name);
      if (owner !== undefined) {
        throw new Error(
          `${planned.tensor.name}: its part "${stored.name}" would overwrite a part of ${owner}; keep one of the two, or rename it in the checkpoint`,
        );
      }
      owners.set(stored.name, planned.tensor.name);
      shard.push(stored);
    }
  }
  return [...shards].map(([file, stored]) => ({ file, stored }));
}

function storedTensors(planned: PlannedTensor): readonly StoredTensor[] {
  const { tensor, treatment } = planned;
  if (treatment.kind === 'keep') {
    const { name, dtype, shape, bytes } = tensor;
    return [{ name, dtype, shape, bytes, role: 'codes', planned }];
  }
  return treatment.parts.map((part) => ({
    ...part,
    name: storedName(tensor.name, formatOf(treatment.cast), part.role),
    planned,
  }));
}
