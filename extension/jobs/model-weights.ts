import { elementCount } from '../core/checkpoint/storage-dtype';
import type { Cast } from '../core/formats/format';
import type { PlannedTensor } from '../core/resolve/plan';
import { castTensor, type CastSource } from './cast-tensor';

/** Values as they are, in float32. */
export const WIDEN: Cast = {
  format: 'fp32',
  scale: { kind: 'none' },
  scaleDtype: 'F32',
  round: { kind: 'nearest' },
  overflow: 'ieee',
};

/** A tensor's values in float32 as they are stored now. */
export function baseValues(source: CastSource, planned: PlannedTensor, signal?: AbortSignal) {
  return tensorValues(source, planned, WIDEN, signal);
}

/**
 * A tensor's values in float32 as a loader will compute them from the written checkpoint: cast and decoded by the
 * same kernels that write it. Undefined for a tensor that is kept, whose values are the base's.
 */
export async function castValues(source: CastSource, planned: PlannedTensor, signal?: AbortSignal) {
  const { treatment } = planned;
  return treatment.kind === 'keep' ? undefined : tensorValues(source, planned, treatment.cast, signal);
}

/** A tensor's values in float32 when it is cast so. */
export async function tensorValues(
  source: CastSource,
  { tensor }: PlannedTensor,
  cast: Cast,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const all = floats(elementCount(tensor.shape));
  let at = 0;
  for await (const { decoded } of castTensor(source, tensor, cast, { decode: true, signal })) {
    if (!decoded) throw new Error(`${tensor.name}: the cast gave no values back`);
    all.set(decoded, at);
    at += decoded.length;
  }
  return all;
}

/** Room that workers read without a copy each, where the host has such memory. */
export function floats(count: number): Float32Array {
  const { crossOriginIsolated } = globalThis as { readonly crossOriginIsolated?: boolean };
  const shares = typeof SharedArrayBuffer === 'function' && crossOriginIsolated !== false;
  return new Float32Array(shares ? new SharedArrayBuffer(count * 4) : new ArrayBuffer(count * 4));
}
