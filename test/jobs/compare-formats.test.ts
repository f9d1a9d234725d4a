import { expect, test } from 'vitest';
import { chosenCasts } from '../../extension/cli/compare/chosen-casts';
import { openCheckpoint } from '../../extension/core/checkpoint/open';
import { openWeights } from '../../extension/core/checkpoint/weights';
import { compareFormats, type ComparedFormat } from '../../extension/jobs/compare-formats';
import { referenceKernels } from '../../extension/kernels/cast-reference';
import { createInProcessPool } from '../../extension/worker/in-process';
import { random } from '../core/formats/casts';
import { buildSafetensors, memoryFolder, type TensorContent } from '../fixtures/memory-folder';

async function compared(formats: string, content: TensorContent): Promise<readonly ComparedFormat[]> {
  const name = 'model.layers.0.mlp.down_proj.weight';
  const folder = memoryFolder({ 'model.safetensors': buildSafetensors({ [name]: content }) });
  const { tree } = await openCheckpoint(folder, 'model.safetensors');
  const source = { pool: createInProcessPool(referenceKernels), read: openWeights(folder).read };
  const casts = chosenCasts({ formats, bits: 4, group: 64 });
  const job = compareFormats({ source, tree, tensors: tree.tensors, casts, sample: 1 << 20 });
  for (;;) {
    const next = await job.next();
    if (next.done) return next.value;
  }
}

test('columns kept in 16 bit cost their bytes and lose nothing', async () => {
  // All but the first column are whole steps of a scale of 1, and the first is exact in bfloat16.
  const data = [1000, 127, 3, -5, -900, -127, 2, 1];
  const formats = 'int8:scale=channel,int8:scale=channel:outliers=1,int8:scale=tensor:outliers=1';
  const [plain, kept, tensor] = await compared(formats, { dtype: 'F32', shape: [2, 4], data });
  expect(plain!.relativeError).toBeGreaterThan(1e-3);
  for (const each of [kept!, tensor!]) expect([each.relativeError, each.wasserstein]).toEqual([0, 0]);
  // Two columns of two values, and the number of the column.
  expect((kept!.bitsPerWeight - plain!.bitsPerWeight) * 8).toBe((2 * 2 + 4) * 8);
});

test('nested scales and means of a tensor are those of all of it', async () => {
  const next = random(4);
  const data = Array.from({ length: 8 * 64 }, () => next() - 0.5);
  const [plain, nested, ternary] = await compared('nf4,nf4:nested=true,ternary:scale=tensor', {
    dtype: 'F32',
    shape: [8, 64],
    data,
  });
  expect(Math.abs(nested!.relativeError / plain!.relativeError - 1)).toBeLessThan(0.1);
  expect(Math.abs(nested!.wasserstein / plain!.wasserstein - 1)).toBeLessThan(0.5);
  // Of uniform magnitudes up to 1/2, whose mean is 1/4, those below 1/8 become 0 and the others 1/4. The mean square of
  // the error is 2 (1/8^3 + 1/8^3 + 1/4^3) / 3, that of the values 1/12.
  const expected = Math.sqrt((2 * (1 / 512 + 1 / 512 + 1 / 64)) / 3 / (1 / 12));
  expect(Math.abs(ternary!.relativeError / expected - 1)).toBeLessThan(0.1);
});
