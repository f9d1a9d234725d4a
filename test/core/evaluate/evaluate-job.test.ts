import { describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../../extension/core/checkpoint/open';
import { openWeights } from '../../../extension/core/checkpoint/weights';
import { createDigest } from '../../../extension/core/digest';
import { createMemoryBaseCache, type BaseCache } from '../../../extension/core/evaluate/base-cache';
import type { EvaluationReport } from '../../../extension/core/evaluate/report';
import { BUILT_IN_FORMATS } from '../../../extension/core/formats/registry';
import { modelGraph } from '../../../extension/core/model/architectures';
import { roundingOf } from '../../../extension/core/evaluate/rounding-of';
import { parsePolicy } from '../../../extension/core/policy/parse';
import { resolve } from '../../../extension/core/resolve/resolve';
import { evaluate, type EvaluateProgress, type EvaluateRequest, type PoolNeed } from '../../../extension/jobs/evaluate';
import type { Manner } from '../../../extension/jobs/memory-need';
import { Cancelled } from '../../../extension/jobs/progress';
import { referenceKernels } from '../../../extension/kernels/cast-reference';
import { createModelSession } from '../../../extension/kernels/model-session';
import { createStreamedSession } from '../../../extension/kernels/streamed-session';
import type { ModelPool } from '../../../extension/worker/model-protocol';
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
  const { policy } = parsePolicy(policyText, BUILT_IN_FORMATS);
  const plan = resolve(policy, checkpoint.tree, BUILT_IN_FORMATS);
  return {
    graph,
    plan,
    rounding: roundingOf(policy, plan, graph),
    source: { pool: createInProcessPool(referenceKernels), read: openWeights(folder).read },
    tokenize: (text) => text.split(' ').map(Number),
    text: { name: 'numbers.txt', content: values(golden.tokens).join(' ') },
    context: 150,
    windows: 100,
    scoring: 'all',
    startPool: (need) => Promise.resolve(inProcessPool(need)),
    createDigest,
    now: () => 0,
    ...change,
  };
}

function inProcessPool({ graph, context, rounding, manner }: PoolNeed): ModelPool {
  if (manner.kind === 'held') {
    return createInProcessModelPool(createModelSession(modelKernels(), graph, context, rounding));
  }
  const { difference, headRows } = manner;
  const memories = { base: modelKernels(), cast: modelKernels() };
  return createInProcessModelPool(createStreamedSession(memories, { graph, context, rounding, difference, headRows }));
}

/** Weights pass by for a window at a time. */
const STREAMED: Manner = { kind: 'streamed', workers: 1, bytes: { base: 0, cast: 0 }, windows: 1 };

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
      /windows of 150 tokens takes \d+\.\d+ GB of memory, and there are 4\.03 GB to have; evaluate on a machine with more memory/,
    );
  });
});

describe('weights that pass by', () => {
  const measured = (report: EvaluationReport) => ({ ...report, seconds: 0 });

  test.each([
    ['all', ''],
    ['second-half', ''],
    ['all', 'kv_cache: fp8_e4m3\n'],
  ] as const)('give the figures of weights that are held, scoring %s %s', async (scoring, more) => {
    const held = await run(await prepare(COARSE + more, { scoring }));
    const streamed = await run(await prepare(COARSE + more, { scoring, manner: STREAMED }));
    expect(measured(streamed)).toEqual(measured(held));
  });

  test('progress counts tokens and names the layer; figures come with the first batch', async () => {
    const seen: EvaluateProgress[] = [];
    await run(await prepare(COARSE, { manner: STREAMED }), (progress) => seen.push(progress));
    const evaluating = seen.filter(({ phase }) => phase === 'evaluating');
    const done = evaluating.map((each) => each.done);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(evaluating[0]).toMatchObject({ done: 0, total: 450, unit: 'tokens', detail: 'embedding, batch 1 of 3' });
    expect(evaluating.some(({ detail }) => detail === 'layer 2 of 2, batch 1 of 3')).toBe(true);
    const second = evaluating.find(({ detail }) => detail.endsWith('layer 1 of 2, batch 2 of 3'))!;
    expect(second.running?.windows).toBe(1);
    expect(second.done).toBeGreaterThanOrEqual(150);
    expect(evaluating.at(-1)).toMatchObject({ done: 450, running: { windows: 3 } });
  });

  test('stopped in a batch it reports the batches before; in the first, nothing', async () => {
    const stopAt = async (where: string): Promise<EvaluationReport> => {
      const stop = new AbortController();
      const request = await prepare(COARSE, { signal: stop.signal, manner: STREAMED });
      return run(request, ({ detail }) => {
        if (detail.endsWith(where)) stop.abort();
      });
    };
    const report = await stopAt('layer 2 of 2, batch 3 of 3');
    expect(report).toMatchObject({ complete: false, measurement: { windows: 2, tokensScored: 298 } });
    await expect(stopAt('layer 2 of 2, batch 1 of 3')).rejects.toThrow(Cancelled);
  });

  test('spare the base where it is known, and compute it for a batch whose part is lost', async () => {
    const kept = createMemoryBaseCache();
    const caching = (cache: BaseCache) => ({ cache, kernels: 'plain', stamp: '' });
    const first = await run(await prepare(KEEP, { manner: STREAMED, baseCaching: caching(kept) }));
    expect(first.cachedWindows).toBe(0);
    const held = await run(await prepare(COARSE, { baseCaching: caching(kept) }));
    expect(held.cachedWindows).toBe(3);
    let gets = 0;
    const forgetful: BaseCache = {
      ...kept,
      get: async (key) => (!key.includes('-') && gets++ === 1 ? undefined : kept.get(key)),
    };
    const streamed = await run(await prepare(COARSE, { manner: STREAMED, baseCaching: caching(forgetful) }));
    expect(streamed.cachedWindows).toBe(2);
    expect({ ...measured(streamed), cachedWindows: 3 }).toEqual(measured(held));
  });
});

describe('a cast that differs in late layers only, of weights that pass by', () => {
  const LATE = 'version: 1\nrules:\n  - { match: "model.layers.1.mlp.*.weight", dtype: fp8_e5m2, scale: none }\n';

  test.each([
    ['goes on from the base', createMemoryBaseCache(), ['layer 2 of 2', 'head']],
    ['begins at the start where streams take too much room', createMemoryBaseCache(1e5), ['embedding', 'layer 1 of 2']],
  ])('%s', async (_, cache, first) => {
    const baseCaching = { cache, kernels: 'plain', stamp: '' };
    const change = { manner: STREAMED, baseCaching, windows: 1 };
    await run(await prepare(KEEP, change));
    const labels: string[] = [];
    const report = await run(await prepare(LATE, change), ({ phase, detail }) => {
      if (phase === 'evaluating') labels.push(detail.split(',')[0]!);
    });
    expect([...new Set(labels)].slice(0, 2)).toEqual(first);
    const alone = await run(await prepare(LATE, { manner: STREAMED, windows: 1 }));
    expect({ ...report, cachedWindows: 0 }).toEqual(alone);
    expect(report.cachedWindows).toBe(1);
  });
});

describe('a cache of the base', () => {
  const MIXED = `version: 1
rules:
  - { match: "**.mlp.*.weight", dtype: fp8_e5m2, scale: none }
  - { match: lm_head.weight, dtype: int8 }
`;
  const caching = (cache: BaseCache, kernels = 'plain') => ({ cache, kernels, stamp: '' });
  /** What was measured, without how it was. */
  const figures = ({ base, cast, divergence, measurement }: EvaluationReport) => ({
    base,
    cast,
    divergence,
    measurement,
  });

  /** The request, and which base weights it loads into the model. */
  async function watched(policyText: string, change: Partial<EvaluateRequest>) {
    const loaded: string[] = [];
    const request = await prepare(policyText, change);
    const startPool: EvaluateRequest['startPool'] = async (need) => {
      const pool = await request.startPool(need);
      return {
        ...pool,
        load(name, shape, values, use) {
          loaded.push(`${use} ${name}`);
          return pool.load(name, shape, values, use);
        },
      };
    };
    return { request: { ...request, startPool }, loaded };
  }

  test.each(['all', 'second-half'] as const)('gives the same figures to the last bit, scoring %s', async (scoring) => {
    const cache = createMemoryBaseCache();
    const without = await run(await prepare(MIXED, { scoring }));
    const first = await run(await prepare(COARSE, { scoring, baseCaching: caching(cache) }));
    const second = await run(await prepare(MIXED, { scoring, baseCaching: caching(cache) }));
    expect(first.cachedWindows).toBe(0);
    expect(second.cachedWindows).toBe(3);
    expect(figures(second)).toEqual(figures(without));
    expect(figures(first)).toEqual(figures(await run(await prepare(COARSE, { scoring }))));
  });

  test('spares the base weights of layers that are cast', async () => {
    const cache = createMemoryBaseCache();
    await run(await prepare(KEEP, { baseCaching: caching(cache) }));
    const { request, loaded } = await watched(MIXED, { baseCaching: caching(cache) });
    await run(request);
    expect(loaded.filter((each) => each.startsWith('base '))).toEqual(['base lm_head.weight']);
    expect(loaded.filter((each) => each.includes('mlp'))).toHaveLength(6);
  });

  test.each([
    ['another text', { text: { name: 'x', content: `1 ${values(golden.tokens).join(' ')}` } }],
    ['another context', { context: 120 }],
    ['other positions', { scoring: 'second-half' }],
    ['other kernels', { baseCaching: 'relaxed' }],
  ] as const)('does not serve %s', async (_, { baseCaching, ...change }: Partial<{ baseCaching: string }> & object) => {
    const cache = createMemoryBaseCache();
    await run(await prepare(KEEP, { baseCaching: caching(cache) }));
    const again = await run(await prepare(KEEP, { ...change, baseCaching: caching(cache, baseCaching) }));
    expect(again.cachedWindows).toBe(0);
  });

  test('does not serve a checkpoint that was written to', async () => {
    const cache = createMemoryBaseCache();
    await run(await prepare(KEEP, { baseCaching: caching(cache) }));
    const request = await prepare(KEEP, { baseCaching: caching(cache) });
    const read: EvaluateRequest['source']['read'] = async (tensor, ...range) => {
      const bytes = await request.source.read(tensor, ...range);
      if (tensor.name === 'model.norm.weight') bytes[0]! ^= 1;
      return bytes;
    };
    const again = await run({ ...request, source: { ...request.source, read } });
    expect(again.cachedWindows).toBe(0);
  });

  test('may lose what it had: then the base is loaded after all', async () => {
    const kept = createMemoryBaseCache();
    await run(await prepare(KEEP, { baseCaching: caching(kept) }));
    let gets = 0;
    // The first window is there, the others are gone when they are asked for.
    const forgetful: BaseCache = { ...kept, get: async (key) => (gets++ === 0 ? kept.get(key) : undefined) };
    const report = await run(await prepare(MIXED, { baseCaching: caching(forgetful) }));
    expect(report.cachedWindows).toBe(1);
    expect(figures(report)).toEqual(figures(await run(await prepare(MIXED))));
  });

  test('holds nothing of what the cast rounds', async () => {
    const cache = createMemoryBaseCache();
    const rounded = `${MIXED}kv_cache: int4\n`;
    const first = await run(await prepare(rounded, { baseCaching: caching(cache) }));
    const second = await run(await prepare(rounded, { baseCaching: caching(cache) }));
    expect(second.cachedWindows).toBe(3);
    expect(figures(second)).toEqual(figures(first));
    expect(second.base).toEqual((await run(await prepare(KEEP))).base);
  });
});

describe('rounding of activations', () => {
  test('changes the cast model alone, though no byte changes, and the report names it', async () => {
    const policy = 'version: 1\ndefault: { dtype: keep, activations: int8 }\nkv_cache: fp8_e4m3\n';
    const request = await prepare(policy);
    expect(request.plan.bytesAfter).toBe(request.plan.bytesBefore);
    const report = await run(request);
    expect(report.simulated).toEqual({ activations: { int8: 15 }, kvCache: 'fp8_e4m3' });
    expect(report.base).toEqual((await run(await prepare(KEEP))).base);
    expect(report.divergence.kl.mean).toBeGreaterThan(1e-6);
  });

  test('is null where nothing is rounded', async () => {
    expect((await run(await prepare(KEEP))).simulated).toBeNull();
  });
});

describe('stopping', () => {
  test('does not wait for a read that takes for ever', async () => {
    const stop = new AbortController();
    const request = await prepare(COARSE, { signal: stop.signal });
    const read = (): Promise<never> => new Promise(() => setTimeout(() => stop.abort(), 0));
    await expect(run({ ...request, source: { ...request.source, read } })).rejects.toThrow(Cancelled);
  });

  test('ends workers that come to be after it', async () => {
    const stop = new AbortController();
    const request = await prepare(COARSE, { signal: stop.signal });
    let ended = 0;
    let arrive = (): void => undefined;
    const late = new Promise<void>((resolve) => (arrive = resolve));
    const startPool: EvaluateRequest['startPool'] = async (need) => {
      stop.abort();
      await late;
      const pool = await request.startPool(need);
      return { ...pool, dispose: () => (ended++, pool.dispose()) };
    };
    await expect(run({ ...request, startPool })).rejects.toThrow(Cancelled);
    arrive();
    await expect.poll(() => ended).toBe(1);
  });
});
