import { attend, keyValues, type Span } from './blocks/attention';
import { runExperts } from './blocks/experts';
import { input, linear, type Pass } from './blocks/linear';
import { runMlp } from './blocks/mlp';
import { norm } from './blocks/norm';
import type { Block, Branch, ModelGraph, Step } from './graph';
import type { Activations, KeyValues } from './ops';
import type { Pausing } from './pausing';
import { spansOf, type WindowRows } from './window-rows';

/** The residual stream before the first layer, one row a token; `positions` are those in the tokens' windows. */
export function* embed(
  { embedding, hidden }: ModelGraph,
  { ops, weights }: Pass,
  tokens: Int32Array,
  positions: Int32Array,
): Pausing<Activations> {
  const x = ops.activations(tokens.length, hidden);
  yield* weights.matrix(embedding.table, (rows, first) => ops.embed(rows, first, tokens, x));
  if (embedding.scale !== undefined) ops.scale(x, embedding.scale);
  if (embedding.positions) {
    const scratch = ops.mark();
    const y = ops.activations(tokens.length, hidden);
    yield* weights.matrix(embedding.positions.table, (rows, first) => ops.embed(rows, first, positions, y));
    ops.add(y, x);
    ops.release(scratch);
  }
  return x;
}

/** Some rows of the residual stream behind the last layer, after the last norm: what the head reads. */
export function states({ head }: ModelGraph, pass: Pass, x: Activations): Activations {
  return norm(pass, head.norm, x);
}

/** Logits of some rows of `states`. */
export function* logits({ head }: ModelGraph, pass: Pass, x: Activations): Pausing<Activations> {
  const y = yield* linear(pass, head.linear, input(pass, x));
  if (head.softcap !== undefined) pass.ops.softcap(y, head.softcap);
  return y;
}

/**
 * Layer `n`, added to the residual stream `x` of one or more windows in place. `atOnce` rows, a multiple of 8, go
 * through the whole layer before the next do: few where weights lie in memory, so that activations stay in the
 * processor's cache, all where weights come by one after another. Pauses after each.
 */
export function* layer(
  graph: ModelGraph,
  n: number,
  pass: Pass,
  x: Activations,
  windows: readonly WindowRows[],
  atOnce: number,
): Pausing<void> {
  const { ops } = pass;
  const steps = graph.layers[n]!;
  const before = ops.mark();
  try {
    const caches = new Map<Block, readonly KeyValues[]>();
    for (const { block } of steps.flat()) {
      if (block.kind === 'attention')
        caches.set(
          block,
          windows.map(({ rows }) => keyValues(pass, block, rows)),
        );
    }
    for (let first = 0; first < x.rows; first += atOnce) {
      const residual = ops.rows(x, first, Math.min(atOnce, x.rows - first));
      const spans = spansOf(windows, first, residual.rows);
      for (const step of steps) yield* runStep(pass, step, residual, { spans, caches });
      yield;
    }
  } finally {
    ops.release(before);
  }
}

/** What attention needs to know of the rows at hand. */
interface Place {
  readonly spans: readonly Span[];
  /** Of each attention, one a window. */
  readonly caches: ReadonlyMap<Block, readonly KeyValues[]>;
}

function* runStep(pass: Pass, step: Step, residual: Activations, place: Place): Pausing<void> {
  const { ops } = pass;
  const before = ops.mark();
  // All are read before the first of them writes.
  const inputs = step.map((branch) => (branch.before ? norm(pass, branch.before, residual) : residual));
  for (const [index, branch] of step.entries()) yield* runBranch(pass, branch, inputs[index]!, place, residual);
  ops.release(before);
}

function* runBranch(
  pass: Pass,
  { block, after }: Branch,
  x: Activations,
  place: Place,
  residual: Activations,
): Pausing<void> {
  if (!after) {
    yield* runBlock(pass, block, x, place, residual);
    return;
  }
  const { ops } = pass;
  const y = ops.zeros(residual.rows, residual.columns);
  yield* runBlock(pass, block, x, place, y);
  ops.add(norm(pass, after, y), residual);
}

/** Adds the block's output to `to`. */
function* runBlock(pass: Pass, block: Block, x: Activations, place: Place, to: Activations): Pausing<void> {
  switch (block.kind) {
    case 'attention':
      yield* attend(pass, block, x, place.spans, place.caches.get(block)!, to);
      return;
    case 'mlp':
    case 'gated-mlp':
      yield* runMlp(pass, block, x, to);
      return;
    case 'experts':
      yield* runExperts(pass, block, x, to);
      return;
  }
}
