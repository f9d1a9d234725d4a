import { attend, keyValues } from './blocks/attention';
import { runExperts } from './blocks/experts';
import { input, linear, matrix, type Pass } from './blocks/linear';
import { runMlp } from './blocks/mlp';
import { norm } from './blocks/norm';
import type { Block, Branch, ModelGraph, Step } from './graph';
import type { Activations, KeyValues } from './ops';

/** The residual stream before the first layer, one row a token. */
export function embed({ embedding }: ModelGraph, { ops, weights }: Pass, tokens: Int32Array): Activations {
  const x = ops.embed(matrix(weights, embedding.table), tokens);
  if (embedding.scale !== undefined) ops.scale(x, embedding.scale);
  if (embedding.positions) {
    const scratch = ops.mark();
    const positions = Int32Array.from(tokens, (_, position) => position);
    ops.add(ops.embed(matrix(weights, embedding.positions.table), positions), x);
    ops.release(scratch);
  }
  return x;
}

/** Some rows of the residual stream behind the last layer, after the last norm: what the head reads. */
export function states({ head }: ModelGraph, pass: Pass, x: Activations): Activations {
  return norm(pass, head.norm, x);
}

/** Logits of some rows of `states`. */
export function logits({ head }: ModelGraph, pass: Pass, x: Activations): Activations {
  const y = linear(pass, head.linear, input(pass, x));
  if (head.softcap !== undefined) pass.ops.softcap(y, head.softcap);
  return y;
}

/** Rows computed at a time: activations of a layer stay in the cache, and memory does not grow with the context. */
const BLOCK = 128;

/** Layer `n`, added to the residual stream `x` in place. Pauses after each block of rows. */
export function* layer(graph: ModelGraph, n: number, pass: Pass, x: Activations): Generator<void, void, undefined> {
  const { ops } = pass;
  const steps = graph.layers[n]!;
  const before = ops.mark();
  try {
    const caches = new Map(
      steps
        .flat()
        .flatMap(({ block }) => (block.kind === 'attention' ? [[block, keyValues(pass, block, x.rows)]] : [])),
    );
    for (let first = 0; first < x.rows; first += BLOCK) {
      const residual = ops.rows(x, first, Math.min(BLOCK, x.rows - first));
      for (const step of steps) runStep(pass, step, residual, first, caches);
      yield;
    }
  } finally {
    ops.release(before);
  }
}

type Caches = ReadonlyMap<Block, KeyValues>;

function runStep(pass: Pass, step: Step, residual: Activations, first: number, caches: Caches): void {
  const { ops } = pass;
  const before = ops.mark();
  // All are read before the first of them writes.
  const inputs = step.map((branch) => (branch.before ? norm(pass, branch.before, residual) : residual));
  for (const [index, branch] of step.entries()) runBranch(pass, branch, inputs[index]!, first, caches, residual);
  ops.release(before);
}

function runBranch(
  pass: Pass,
  { block, after }: Branch,
  x: Activations,
  first: number,
  caches: Caches,
  residual: Activations,
): void {
  if (!after) {
    runBlock(pass, block, x, first, caches, residual);
    return;
  }
  const { ops } = pass;
  const y = ops.zeros(residual.rows, residual.columns);
  runBlock(pass, block, x, first, caches, y);
  ops.add(norm(pass, after, y), residual);
}

/** Adds the block's output to `to`. */
function runBlock(pass: Pass, block: Block, x: Activations, first: number, caches: Caches, to: Activations): void {
  switch (block.kind) {
    case 'attention':
      attend(pass, block, x, first, caches.get(block)!, to);
      return;
    case 'mlp':
    case 'gated-mlp':
      runMlp(pass, block, x, to);
      return;
    case 'experts':
      runExperts(pass, block, x, to);
      return;
  }
}
