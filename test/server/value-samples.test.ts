import { describe, expect, it } from 'vitest';
import type { TreeTensor } from '../../extension/core/checkpoint/tensor';
import { openCheckpoint } from '../../extension/core/checkpoint/open';
import { createValueSamples } from '../../extension/server/value-samples';
import { buildSafetensors, memoryFolder } from '../fixtures/memory-folder';

const URI = 'file:///home/me/model';

/** Values from 0 upwards, so that a sample tells which ones it took. */
function counting(elements: number): Uint8Array {
  return new Uint8Array(Float32Array.from({ length: elements }, (_, at) => at).buffer);
}

async function samplesOf(elements: number, dtype: 'F32' | 'I32' = 'F32') {
  const file = buildSafetensors({ w: { dtype, shape: [elements], data: counting(elements) } });
  let opened = 0;
  const samples = createValueSamples(() => {
    opened++;
    return Promise.resolve({ folder: memoryFolder({ 'model.safetensors': file }), file: undefined });
  });
  const { tree } = await openCheckpoint(memoryFolder({ 'model.safetensors': file }));
  const tensor: TreeTensor = tree.tensors[0]!;
  return { samples, tensor, opened: () => opened };
}

describe('a sample of values', () => {
  it('is all of a small tensor', async () => {
    const { samples, tensor } = await samplesOf(1000);
    expect(await samples.profile(URI, tensor)).toMatchObject({ min: 0, max: 999, zeros: 1, moments: { count: 1000 } });
  });

  it('of a large one is 64 runs from its beginning to its end', async () => {
    const { samples, tensor } = await samplesOf(300_000);
    const profile = await samples.profile(URI, tensor);
    expect(profile).toMatchObject({ min: 0, max: 299_999, moments: { count: 16_384 } });
    // Evenly spread: the mean is that of all values, to a run's length.
    expect(Math.abs(profile!.moments.mean - 149_999.5)).toBeLessThan(5000);
  });

  it('is read once, until the checkpoint changes', async () => {
    const { samples, tensor, opened } = await samplesOf(1000);
    await samples.profile(URI, tensor);
    await samples.profile(URI, tensor);
    expect(opened()).toBe(1);
    samples.forget(URI);
    await samples.profile(URI, tensor);
    expect(opened()).toBe(2);
  });

  it('is none of what is no floating point number', async () => {
    const { samples, tensor } = await samplesOf(1000, 'I32');
    expect(await samples.profile(URI, tensor)).toBeUndefined();
  });
});
