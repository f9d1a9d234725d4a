import type { Activations, KeyValues } from '../ops';
import type { Pausing } from '../pausing';
import { addLinear, input, linear, type Linear, type Pass } from './linear';
import { norm, type Norm } from './norm';

/** Causal attention; query heads share key-value heads in groups (Ainslie et al. 2023). */
export interface Attention {
  readonly kind: 'attention';
  readonly q: Linear;
  readonly k: Linear;
  readonly v: Linear;
  readonly o: Linear;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  /** What the products of queries and keys are multiplied with. */
  readonly scale: number;
  readonly qNorm?: Norm;
  readonly kNorm?: Norm;
  /** Index among the graph's rotary embeddings. */
  readonly rotary?: number;
  /** A token sees itself and the `window - 1` before it. */
  readonly window?: number;
  /** Scores are kept within it: cap tanh(score / cap). */
  readonly softcap?: number;
}

/** Keys and values of `positions` tokens. */
export function keyValues({ ops }: Pass, { kvHeads, headSize }: Attention, positions: number): KeyValues {
  return ops.keyValues(positions, kvHeads, headSize);
}

/** Neighbouring rows of activations that belong to one window. */
export interface Span {
  /** The first of them, a multiple of 8. */
  readonly row: number;
  readonly count: number;
  /** Position of the first in its window. */
  readonly position: number;
  /** Number of the window. */
  readonly window: number;
}

/** Adds the attention's output for the rows `x`, which `spans` make up, to `to`; `caches`: one a window. */
export function* attend(
  pass: Pass,
  attention: Attention,
  x: Activations,
  spans: readonly Span[],
  caches: readonly KeyValues[],
  to: Activations,
): Pausing<void> {
  const { ops } = pass;
  const { heads, kvHeads, headSize, scale, rotary, window, softcap } = attention;
  const from = input(pass, x);
  const projected = function* (layer: Linear, after: Norm | undefined): Pausing<Activations> {
    const y = yield* linear(pass, layer, from);
    return after ? norm(pass, after, y) : y;
  };
  const queries = yield* projected(attention.q, attention.qNorm);
  const keys = yield* projected(attention.k, attention.kNorm);
  const values = yield* projected(attention.v, undefined);
  const stored = pass.rounding?.keyValues;
  const kept = (y: Activations): Activations => (stored ? ops.rounded(y, headSize, stored) : y);
  const mixed = ops.activations(x.rows, queries.columns);
  for (const { row, count, position, window: number } of spans) {
    const scratch = ops.mark();
    const cache = caches[number]!;
    const q = ops.rows(queries, row, count);
    const k = ops.rows(keys, row, count);
    const v = ops.rows(values, row, count);
    if (rotary === undefined) {
      ops.scale(q, scale);
    } else {
      const table = pass.rotaries[rotary]!;
      ops.rotate(q, position, heads, table, scale);
      ops.rotate(k, position, kvHeads, table, 1);
    }
    ops.append(cache, position, kept(k), kept(v));
    ops.attention(q, cache, position, heads, { window, softcap }, ops.rows(mixed, row, count));
    ops.release(scratch);
  }
  yield* addLinear(pass, attention.o, input(pass, mixed), to);
}
