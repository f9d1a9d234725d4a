import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openCheckpoint } from '../../extension/core/checkpoint/open';
import { openWeights } from '../../extension/core/checkpoint/weights';
import { createDigest } from '../../extension/core/digest';
import { openTokenizer } from '../../extension/core/evaluate/tokenize';
import { BUILT_IN_FORMATS } from '../../extension/core/formats/registry';
import { modelGraph } from '../../extension/core/model/architectures';
import { parsePolicy } from '../../extension/core/policy/parse';
import { resolve } from '../../extension/core/resolve/resolve';
import { evaluate } from '../../extension/jobs/evaluate';
import { referenceKernels } from '../../extension/kernels/cast-reference';
import { createModelSession } from '../../extension/kernels/model-session';
import { createInProcessPool } from '../../extension/worker/in-process';
import { createInProcessModelPool } from '../../extension/worker/model-pool-in-process';
import { memoryFolder } from '../fixtures/memory-folder';
import { modelKernels } from '../kernels/model-kernels';

const FOLDER = fileURLToPath(new URL('../oracles/golden/gguf/models/', import.meta.url));
const MODELS = readdirSync(FOLDER).flatMap((file) => (file.endsWith('.gguf') ? [file.slice(0, -5)] : []));

/** What transformers measures in float64 on the Hugging Face checkpoint (oracles/gguf/convert.py). */
interface Measured {
  readonly text: string;
  readonly windows: number;
  readonly context: number;
  readonly perplexity: number;
}

test.each(MODELS)('%s: a GGUF file alone has the perplexity of its Hugging Face checkpoint', async (name) => {
  const { measured } = JSON.parse(readFileSync(`${FOLDER}${name}.json`, 'utf8')) as { readonly measured: Measured };
  const folder = memoryFolder({ 'model.gguf': new Uint8Array(readFileSync(`${FOLDER}${name}.gguf`)) });
  const checkpoint = await openCheckpoint(folder);
  const graph = modelGraph(checkpoint.config, checkpoint.tree.byName);
  if (graph.kind === 'unsupported') throw new Error(graph.reason);
  const { policy } = parsePolicy('version: 1\ndefault: keep\n', BUILT_IN_FORMATS);
  const job = evaluate({
    graph,
    plan: resolve(policy, checkpoint.tree, BUILT_IN_FORMATS),
    source: { pool: createInProcessPool(referenceKernels), read: openWeights(folder).read },
    tokenize: await openTokenizer(folder, checkpoint),
    text: { name: 'text', content: measured.text },
    context: measured.context,
    windows: measured.windows,
    scoring: 'all',
    startPool: ({ graph: model, context, rounding }) =>
      Promise.resolve(createInProcessModelPool(createModelSession(modelKernels(), model, context, rounding))),
    createDigest,
    now: () => 0,
  });
  let next = await job.next();
  while (!next.done) next = await job.next();
  expect(next.value.measurement.tokensScored).toBe(measured.windows * (measured.context - 1));
  expect(Math.abs(next.value.base.value / measured.perplexity - 1)).toBeLessThan(1e-5);
});
