import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openCheckpoint } from '../../extension/core/checkpoint/open';
import { openWeights } from '../../extension/core/checkpoint/weights';
import { survey, type SurveyedTensor } from '../../extension/jobs/survey';
import { referenceKernels } from '../../extension/kernels/cast-reference';
import { createInProcessPool } from '../../extension/worker/in-process';
import { buildSafetensors, memoryFolder } from '../fixtures/memory-folder';

/** test/oracles/analysis/statistics.py */
const file = new URL('../oracles/golden/analysis/statistics.json', import.meta.url);
const golden = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly floats: Readonly<Record<string, { readonly float32: string; readonly nu: number; normalDistance: number }>>;
};

async function surveyed(data: Float32Array): Promise<SurveyedTensor> {
  const shape = [data.length / 100, 100];
  const folder = memoryFolder({
    'model.safetensors': buildSafetensors({ 'a.weight': { dtype: 'F32', shape, data: [...data] } }),
  });
  const { tree } = await openCheckpoint(folder, 'model.safetensors');
  const source = { pool: createInProcessPool(referenceKernels), read: openWeights(folder).read };
  const job = survey({ source, tensors: tree.tensors, casts: [], sample: 1000 });
  for (;;) {
    const next = await job.next();
    if (next.done) return next.value[0]!;
  }
}

test.each(Object.entries(golden.floats))(
  '%s: values are read again where bins are too wide for them',
  async (_, far) => {
    const values = new Float32Array(Uint8Array.from(Buffer.from(far.float32, 'base64')).buffer);
    const { statistics } = await surveyed(values);
    expect(statistics.normalDistance).toBeCloseTo(far.normalDistance, 9);
    expect(Math.abs(statistics.student!.nu / far.nu - 1)).toBeLessThan(2e-3);
  },
);
