import type { Checkpoint } from '../checkpoint/checkpoint';
import type { CreateDigest } from '../digest';
import type { Plan, PlannedTensor } from '../resolve/plan';
import type { StoredTensor } from './output-shards';

export interface ManifestInput {
  readonly checkpoint: Checkpoint;
  readonly plan: Plan;
  readonly policy: { readonly name: string; readonly text: string };
  readonly createDigest: CreateDigest;
  readonly written: readonly (StoredTensor & { readonly file: string; readonly sha256: string })[];
  readonly files: readonly { readonly file: string; readonly size: number; readonly sha256: string }[];
}

/**
 * `downcast.json`, written last: which policy made this checkpoint, and for every source tensor its format,
 * its scale and the stored parts with their digests. A folder without it is not a finished checkpoint.
 */
export function checkpointManifest(input: ManifestInput): string {
  const { plan, policy, checkpoint } = input;
  const digest = input.createDigest();
  digest.update(new TextEncoder().encode(policy.text));
  const parts = new Map<PlannedTensor, ManifestInput['written'][number][]>();
  for (const stored of input.written) {
    const known = parts.get(stored.planned);
    if (known) known.push(stored);
    else parts.set(stored.planned, [stored]);
  }
  const manifest = {
    kind: 'downcast-checkpoint',
    version: 1,
    policy: { name: policy.name, sha256: digest.hex(), text: policy.text },
    source: { name: checkpoint.name, files: checkpoint.files.map(({ file, size }) => ({ file, size })) },
    bytes: { before: plan.bytesBefore, after: plan.bytesAfter },
    bitsPerWeight: plan.bitsPerWeight,
    files: input.files,
    tensors: plan.tensors.map((planned) => ({
      name: planned.tensor.name,
      shape: planned.tensor.shape,
      source: planned.tensor.dtype,
      ...(planned.treatment.kind === 'cast' ? { cast: planned.treatment.cast } : { keep: planned.treatment.reason }),
      stored: (parts.get(planned) ?? []).map(({ role, name, file, dtype, shape, bytes, sha256 }) => {
        return { role, name, file, dtype, shape, bytes, sha256 };
      }),
    })),
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
