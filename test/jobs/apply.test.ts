import { expect, test } from 'vitest';
import { openCheckpoint } from '../../extension/core/checkpoint/open';
import { openWeights } from '../../extension/core/checkpoint/weights';
import { createDigest } from '../../extension/core/digest';
import { BUILT_IN_FORMATS } from '../../extension/core/formats/registry';
import { parsePolicy } from '../../extension/core/policy/parse';
import { resolve } from '../../extension/core/resolve/resolve';
import { apply, type ApplyRequest } from '../../extension/jobs/apply';
import type { ApplyReport } from '../../extension/jobs/apply-report';
import { Cancelled, type Progress } from '../../extension/jobs/progress';
import { referenceKernels } from '../../extension/kernels/cast-reference';
import { createInProcessPool } from '../../extension/worker/in-process';
import { buildSafetensors, memoryFolder, memoryOutput, type TensorContent } from '../fixtures/memory-folder';

/** Values that spread over a few binades, so that every format has something to round. */
function weights(rows: number, columns: number): TensorContent {
  const data = Array.from({ length: rows * columns }, (_, i) => Math.sin(i * 0.7) * 2 ** ((i % 9) - 6));
  return { dtype: 'F32', shape: [rows, columns], data };
}

const NORM: TensorContent = { dtype: 'F32', shape: [8], data: [1, 1, 1, 1, 1, 1, 1, 1] };

async function prepare(policyText: string, tensors: Readonly<Record<string, TensorContent>>) {
  const folder = memoryFolder({
    'model.safetensors': buildSafetensors(tensors, new Map([['format', 'pt']])),
    'config.json': '{ "model_type": "llama", "tie_word_embeddings": false }',
    'tokenizer.json': '{}',
    'pytorch_model.bin': 'a pickle that must not be copied',
  });
  const checkpoint = await openCheckpoint(folder, 'model.safetensors');
  const { policy } = parsePolicy(policyText, BUILT_IN_FORMATS);
  const output = memoryOutput('out');
  const request: ApplyRequest = {
    checkpoint,
    plan: resolve(policy, checkpoint.tree, BUILT_IN_FORMATS),
    policy: { name: 'test', text: policyText },
    source: { pool: createInProcessPool(referenceKernels), read: openWeights(folder).read },
    folder,
    output,
    createDigest,
    now: () => 0,
  };
  return { request, output };
}

async function finish(
  job: AsyncGenerator<Progress, ApplyReport>,
): Promise<{ report: ApplyReport; phases: Set<string> }> {
  const phases = new Set<string>();
  for (;;) {
    const next = await job.next();
    if (next.done) return { report: next.value, phases };
    expect(next.value.done).toBeLessThanOrEqual(next.value.total);
    phases.add(next.value.phase);
  }
}

const MIXED = `
version: 1
rules:
  - { match: "model.layers.0.mlp.down_proj.weight", dtype: int4, group: 32 }
  - { match: "model.layers.0.mlp.up_proj.weight", dtype: fp8_e4m3, scale: tensor }
`;
const MODEL = {
  'model.layers.0.mlp.down_proj.weight': weights(8, 64),
  'model.layers.0.mlp.up_proj.weight': weights(64, 8),
  'model.norm.weight': NORM,
};

test('a written checkpoint holds the parts of cast tensors and the bytes of kept ones', async () => {
  const { request, output } = await prepare(MIXED, MODEL);
  const { report, phases } = await finish(apply(request));
  expect(output.state.value).toBe('committed');
  expect([...phases]).toEqual(['casting', 'reading back']);
  const written = await openCheckpoint(memoryFolder(Object.fromEntries(output.files)));
  const stored = written.tree.tensors.map(({ name, dtype, shape }) => `${name} ${dtype} [${shape.join()}]`);
  expect(stored).toEqual([
    'model.layers.0.mlp.down_proj.weight_packed I32 [8,8]',
    'model.layers.0.mlp.down_proj.weight_scale BF16 [8,2]',
    'model.layers.0.mlp.down_proj.weight_shape I64 [2]',
    'model.layers.0.mlp.up_proj.weight F8_E4M3 [64,8]',
    'model.layers.0.mlp.up_proj.weight_scale F32 [1]',
    'model.norm.weight F32 [8]',
  ]);
  expect(report.verified.storedTensors).toBe(6);
  expect(report.bytesAfter).toBe(written.tree.bytes);
  const norm = written.tree.byName.get('model.norm.weight')!;
  const file = output.files.get('model.safetensors')!;
  expect([...file.slice(norm.offset, norm.offset + 4)]).toEqual([0, 0, 0x80, 0x3f]);
});

test('what loaders need comes along, pickles do not, and the manifest is written last', async () => {
  const { request, output } = await prepare(MIXED, MODEL);
  await finish(apply(request));
  expect([...output.files.keys()]).toEqual(['model.safetensors', 'tokenizer.json', 'config.json', 'downcast.json']);
  const text = (file: string): unknown => JSON.parse(new TextDecoder().decode(output.files.get(file)));
  expect(text('config.json')).toMatchObject({
    model_type: 'llama',
    quantization_config: { quant_method: 'compressed-tensors', format: 'mixed-precision', ignore: ['lm_head'] },
  });
  expect(text('downcast.json')).toMatchObject({ kind: 'downcast-checkpoint', policy: { name: 'test', text: MIXED } });
});

test('a plan with errors writes nothing', async () => {
  const { request, output } = await prepare('version: 1\nrules:\n  - { match: "no.such", dtype: bf16 }\n', MODEL);
  await expect(finish(apply(request))).rejects.toThrow('the policy has errors, so nothing was written');
  expect(output.files.size).toBe(0);
});

test('NaN in weights stops the cast, naming the tensor and the count, and throws the output away', async () => {
  const data = [...(weights(8, 64).data as number[])];
  data[3] = NaN;
  data[9] = Infinity;
  const broken = { ...MODEL, 'model.layers.0.mlp.down_proj.weight': { dtype: 'F32', shape: [8, 64], data } as const };
  const { request, output } = await prepare(MIXED, broken);
  await expect(finish(apply(request))).rejects.toThrow(
    'model.layers.0.mlp.down_proj.weight: holds 1 NaN and 1 infinite values',
  );
  expect(output.state.value).toBe('discarded');
});

test('a float64 that float32 does not hold is told apart from an infinity', async () => {
  const { request } = await prepare('version: 1\ndefault: bf16\n', {
    'a.weight': { dtype: 'F64', shape: [2], data: Float64Array.of(1e300, 1) },
  });
  await expect(finish(apply(request))).rejects.toThrow(
    'a.weight: holds 0 NaN and 1 infinite values (or beyond float32)',
  );
});

test('an unscaled float keeps NaN and infinities when the policy says so', async () => {
  const text = 'version: 1\nrules:\n  - { match: "**", dtype: bf16, overflow: ieee }\n';
  const { request, output } = await prepare(text, { 'a.weight': { dtype: 'F32', shape: [2], data: [NaN, -Infinity] } });
  await finish(apply(request));
  expect([...output.files.get('model.safetensors')!.slice(-4)]).toEqual([0xc0, 0x7f, 0x80, 0xff]);
});

test('a cancelled job throws the output away and says it was cancelled', async () => {
  const stop = new AbortController();
  const { request, output } = await prepare(MIXED, MODEL);
  const job = apply({ ...request, signal: stop.signal });
  await job.next();
  stop.abort();
  await expect(finish(job)).rejects.toBeInstanceOf(Cancelled);
  expect(output.state.value).toBe('discarded');
});

test('a byte that changes on the disk is found when the file is read back', async () => {
  const { request, output } = await prepare(MIXED, MODEL);
  const flipping = {
    ...output,
    open: async (file: string) => {
      const bytes = output.files.get(file)!;
      bytes[bytes.length - 1]! ^= 1;
      return output.open(file);
    },
  };
  await expect(finish(apply({ ...request, output: flipping }))).rejects.toThrow(
    'the bytes of model.norm.weight read back differ from those written',
  );
});

test('a part whose name another tensor has is refused before anything is written', async () => {
  const { request } = await prepare(MIXED, { ...MODEL, 'model.layers.0.mlp.up_proj.weight_scale': NORM });
  await expect(finish(apply(request))).rejects.toThrow('would overwrite');
});

test.each([
  'bf16',
  'int4',
  '{ dtype: int8, scale: tensor }',
  '{ dtype: fp8_e4m3, scale: block 128x128 }',
  '{ dtype: int4, group: 8, outliers: 2 }',
  '{ dtype: nf4, nested: true }',
  'nvfp4',
  'q4_0',
])('tensors without elements are kept and verified: %s', async (dtype) => {
  const empty = { 'model.layers.0.mlp.none.weight': weights(0, 32), 'model.layers.0.mlp.thin.weight': weights(32, 0) };
  const { request, output } = await prepare(`version: 1\ndefault: ${dtype}\n`, { ...empty, ...MODEL });
  const kept = request.plan.tensors.filter(
    ({ treatment }) => treatment.kind === 'keep' && treatment.reason === 'empty',
  );
  expect(kept.map(({ tensor }) => tensor.name)).toEqual(Object.keys(empty));
  const { report } = await finish(apply({ ...request, plan: { ...request.plan, findings: [] } }));
  expect(report.bytesAfter).toBe(request.plan.bytesAfter);
  const written = await openCheckpoint(memoryFolder(Object.fromEntries(output.files)));
  expect(written.tree.byName.get('model.layers.0.mlp.thin.weight')).toMatchObject({ dtype: 'F32', shape: [32, 0] });
});

test('columns kept in 16 bit are written beside the others, and count in the plan', async () => {
  const data = [...(weights(4, 8).data as number[])];
  data[8 + 6] = -300;
  const dtype = '{ dtype: int8, outliers: 1 }';
  const { request, output } = await prepare(`version: 1\ndefault: ${dtype}\n`, {
    'a.weight': { dtype: 'F32', shape: [4, 8], data },
  });
  // 32 codes, 4 scales in float32, 4 values of a column in 16 bit, and the number of the column.
  expect(request.plan.bytesAfter).toBe(32 + 16 + 8 + 4);
  await finish(apply(request));
  const { tree } = await openCheckpoint(memoryFolder(Object.fromEntries(output.files)));
  const stored = tree.tensors.map(({ name, dtype, shape }) => `${name} ${dtype} [${shape.join()}]`);
  expect(stored).toEqual([
    'a.weight I8 [4,8]',
    'a.weight_scale F32 [4,1]',
    'a.weight_outliers BF16 [4,1]',
    'a.weight_outlier_columns I32 [1]',
  ]);
  const file = output.files.get('model.safetensors')!;
  const view = new DataView(file.buffer, file.byteOffset);
  expect(view.getInt32(tree.byName.get('a.weight_outlier_columns')!.offset, true)).toBe(6);
  // -300 in bfloat16 is 0xC396.
  expect(view.getUint16(tree.byName.get('a.weight_outliers')!.offset + 2, true)).toBe(0xc396);
});

test.each(['{ dtype: int4, group: 8, scale_dtype: e8m0 }', 'dfp8', '{ dtype: fp8_e4m3, rotate: 8 }'])(
  'weights so large that %s gives infinity back are refused by name, not lost',
  async (dtype) => {
    const data = Array.from({ length: 8 }, () => 3.4e38);
    const { request, output } = await prepare(`version: 1\ndefault: ${dtype}\n`, {
      'a.weight': { dtype: 'F32', shape: [1, 8], data },
    });
    await expect(finish(apply(request))).rejects.toThrow('a.weight: holds values too large for');
    expect(output.state.value).toBe('discarded');
  },
);

test('stochastic rounding: tensors of the same values come out differently, whatever else is cast and in what order', async () => {
  const name = (layer: number): string => `model.layers.${layer}.mlp.down_proj.weight`;
  const policy = 'version: 1\ndefault: { dtype: int4, group: 32, round: { stochastic: 3 } }\n';
  const codesOf = async (tensors: Readonly<Record<string, TensorContent>>) => {
    const { request, output } = await prepare(policy, tensors);
    await finish(apply({ ...request, plan: { ...request.plan, findings: [] } }));
    const { tree } = await openCheckpoint(memoryFolder(Object.fromEntries(output.files)));
    return (layer: number): string => {
      const { offset, bytes } = tree.byName.get(`${name(layer)}_packed`)!;
      return Buffer.from(output.files.get('model.safetensors')!.slice(offset, offset + bytes)).toString('hex');
    };
  };
  const both = await codesOf({ [name(0)]: weights(8, 64), [name(1)]: weights(8, 64) });
  const reversed = await codesOf({ [name(1)]: weights(8, 64), [name(0)]: weights(8, 64) });
  const alone = await codesOf({ [name(1)]: weights(8, 64) });
  expect(both(0)).not.toBe(both(1));
  expect([reversed(0), reversed(1), alone(1)]).toEqual([both(0), both(1), both(1)]);
});
