import { describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../../extension/core/checkpoint/open';
import { openWeights } from '../../../extension/core/checkpoint/weights';
import { createDigest } from '../../../extension/core/digest';
import type { EvaluationReport } from '../../../extension/core/evaluate/report';
import { BUILT_IN_FORMATS } from '../../../extension/core/formats/registry';
import { modelGraph } from '../../../extension/core/model/architectures';
import { parsePolicy } from '../../../extension/core/policy/parse';
import { resolve } from '../../../extension/core/resolve/resolve';
import { evaluate, type EvaluateProgress, type EvaluateRequest } from '../../../extension/jobs/evaluate';
import { Cancelled } from '../../../extension/jobs/progress';
import { referenceKernels } from '../../../extension/kernels/cast-reference';
import { createModelSession } from '../../../extension/kernels/model-session';
import { createInProcessPool } from '../../../extension/worker/in-process';
import { createInProcessModelPool } from '../../../extension/worker/model-pool-in-process';
import { memoryFolder } from '../../fixtures/memory-folder';
import { goldenFile, readGolden, values } from '../../kernels/model-golden';
import { modelKernels } from '../../kernels/model-kernels';

const NAME = 'grouped-untied';
const golden = readGolden(NAME);

/** The job on a tiny model; its text is numbers, each a token. */
async function prepare(policyText: string, change: Partial<EvaluateRequest> = {}): Promise<EvaluateRequest> {
  const folder = memoryFolder({
    'model.safetensors': goldenFile(`${NAME}.safetensors`),
    'config.json': JSON.stringify(golden.config),
  });
  const checkpoint = await openCheckpoint(folder, 'model.safetensors');
  const graph = modelGraph(checkpoint.config);
  if (graph.kind === 'unsupported') throw new Error(graph.reason);
  return {
    graph,
    plan: resolve(parsePolicy(policyText, BUILT_IN_FORMATS).policy, checkpoint.tree, BUILT_IN_FORMATS),
    source: { pool: createInProcessPool(referenceKernels), read: openWeights(folder).read },
    tokenize: (text) => text.split(' ').map(Number),
    text: { name: 'numbers.txt', content: values(golden.tokens).join(' ') },
    context: 150,
    windows: 100,
    scoring: 'all',
    startPool: ({ graph: model, context, rounding }) =>
      Promise.resolve(createInProcessModelPool(createModelSession(modelKernels(), model, context, rounding))),
    createDigest,
    now: () => 0,
    ...change,
  };
}

async function run(
  request: EvaluateRequest,
  see: (progress: EvaluateProgress) => void = () => undefined,
): Promise<EvaluationReport> {
  const job = evaluate(request);
  for (;;) {
    const next = await job.next();
    if (next.done) return next.value;
    see(next.value);
  }
}

const KEEP = 'version: 1\ndefault: keep\n';
const COARSE = 'version: 1\nrules:\n  - { match: "**.mlp.*.weight", dtype: fp8_e5m2, scale: none }\n';

describe('evaluate', () => {
  test('a policy that keeps everything changes nothing, and the base is what PyTorch says', async () => {
    const report = await run(await prepare(KEEP));
    expect(report.complete).toBe(true);
    expect(report.measurement).toMatchObject({
      scoring: 'all',
      context: 150,
      windows: 3,
      tokensScored: 447,
      text: 'numbers.txt',
    });
    expect(report.measurement.textDigest).toMatch(/^[0-9a-f]{64}$/);
    expect(report.base.value / golden.summary.base.value).toBeCloseTo(1, 5);
    expect(report.cast).toEqual(report.base);
    expect(report.divergence).toMatchObject({
      kl: { mean: 0, max: 0 },
      sameTop: 1,
      perplexityRatio: 1,
      perplexityDifference: 0,
      measurable: false,
    });
  });

  test('a coarse cast of some tensors is seen', async () => {
    const { divergence } = await run(await prepare(COARSE));
    expect(divergence.kl.mean).toBeGreaterThan(0.001);
    expect(divergence.sameTop).toBeLessThan(1);
  });

  test('progress counts tensors, then windows, with the figures so far', async () => {
    const seen: EvaluateProgress[] = [];
    const report = await run(await prepare(COARSE), (progress) => seen.push(progress));
    expect([...new Set(seen.map(({ phase }) => phase))]).toEqual(['loading', 'evaluating']);
    const last = seen.at(-1)!;
    expect(last).toMatchObject({ done: 3, total: 3, unit: 'windows' });
    expect(last.running!.castPerplexity).toBeCloseTo(report.cast.value, 6);
    expect(last.running!.kl).toBeCloseTo(report.divergence.kl.mean, 9);
  });

  test('stopped between windows it reports those that were finished', async () => {
    const stop = new AbortController();
    const request = await prepare(COARSE, { signal: stop.signal });
    const report = await run(request, ({ phase, done }) => {
      if (phase === 'evaluating' && done === 1) stop.abort();
    });
    expect(report.complete).toBe(false);
    expect(report.measurement.windows).toBeGreaterThanOrEqual(1);
    expect(report.measurement.windows).toBeLessThan(3);
    expect(report.measurement.tokensScored).toBe(report.measurement.windows * 149);
  });

  test('stopped while loading it throws Cancelled', async () => {
    const stop = new AbortController();
    const request = await prepare(COARSE, { signal: stop.signal });
    await expect(run(request, () => stop.abort())).rejects.toThrow(Cancelled);
  });

  test('a tensor that the checkpoint lacks is named', async () => {
    const request = await prepare(KEEP);
    const missing = { name: 'x.weight', shape: [1], layer: 0, parts: [] };
    const graph = { ...request.graph, tensors: [...request.graph.tensors, missing] };
    await expect(run({ ...request, graph })).rejects.toThrow(
      'x.weight: config.json implies this tensor, but the checkpoint does not hold it',
    );
  });

  test('a model beyond what a worker can hold is refused before anything is read', async () => {
    const request = await prepare(KEEP);
    const layers = request.graph.layers.map((steps) =>
      steps.map((step) => step.map((branch) => ({ ...branch, block: { ...branch.block, headSize: 1_000_000 } }))),
    );
    await expect(run({ ...request, graph: { ...request.graph, layers } })).rejects.toThrow(
      /takes 5\.\d\d GB of memory in a worker, which can have 4\.29 GB at most/,
    );
  });
});
