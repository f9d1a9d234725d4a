import type { Activations, KeyValues } from '../ops';
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

/** Adds the attention's output for the rows `x`, which stand at position `first` and behind, to `to`. */
export function attend(
  pass: Pass,
  attention: Attention,
  x: Activations,
  first: number,
  cache: KeyValues,
  to: Activations,
): void {
  const { ops } = pass;
  const { heads, kvHeads, headSize, scale, rotary, window, softcap } = attention;
  const from = input(pass, x);
  const projected = (layer: Linear, after: Norm | undefined): Activations => {
    const y = linear(pass, layer, from);
    return after ? norm(pass, after, y) : y;
  };
  const q = projected(attention.q, attention.qNorm);
  const k = projected(attention.k, attention.kNorm);
  const v = projected(attention.v, undefined);
  if (rotary === undefined) {
    ops.scale(q, scale);
  } else {
    const table = pass.rotaries[rotary]!;
    ops.rotate(q, first, heads, table, scale);
    ops.rotate(k, first, kvHeads, table, 1);
  }
  const stored = pass.rounding?.keyValues;
  const kept = (y: Activations): Activations => (stored ? ops.rounded(y, headSize, stored) : y);
  ops.append(cache, first, kept(k), kept(v));
  const mixed = ops.attention(q, cache, first, heads, { window, softcap });
  addLinear(pass, attention.o, input(pass, mixed), to);
}
