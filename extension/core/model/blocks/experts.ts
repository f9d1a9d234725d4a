import type { Activations } from '../ops';
import type { Pausing } from '../pausing';
import { input, linear, type Linear, type Pass } from './linear';
import { runMlp, type GatedMlp } from './mlp';

/** A mixture of experts (Shazeer et al. 2017; Fedus et al. 2021): each token goes to the few that its router likes. */
export interface Experts {
  readonly kind: 'experts';
  readonly router: Linear;
  readonly experts: readonly GatedMlp[];
  /** Experts a token. */
  readonly chosen: number;
  /** Whether the probabilities of those chosen are scaled to sum to 1. */
  readonly normalize: boolean;
  /** An expert that every token goes through, times sigmoid(gate(x)). */
  readonly shared?: { readonly mlp: GatedMlp; readonly gate: Linear };
}

/** Adds the output for the rows `x` to `to`. */
export function* runExperts(pass: Pass, experts: Experts, x: Activations, to: Activations): Pausing<void> {
  const { ops } = pass;
  const from = input(pass, x);
  const logits = ops.read(yield* linear(pass, experts.router, from));
  const routes = route(logits, x.rows, experts.chosen, experts.normalize);
  for (const [index, expert] of experts.experts.entries()) {
    const { rows, weights } = routes[index]!;
    if (rows.length === 0) continue;
    const before = ops.mark();
    yield* addWeighted(pass, expert, ops.gatherRows(x, rows), rows, weights, to);
    ops.release(before);
  }
  if (!experts.shared) return;
  const gates = ops.read(yield* linear(pass, experts.shared.gate, from)).map((value) => 1 / (1 + Math.exp(-value)));
  const all = Int32Array.from({ length: x.rows }, (_, row) => row);
  yield* addWeighted(pass, experts.shared.mlp, x, all, gates, to);
}

/** Row i of the expert's output, times weights[i], is added to row rows[i] of `to`. */
function* addWeighted(
  pass: Pass,
  mlp: GatedMlp,
  x: Activations,
  rows: Int32Array,
  weights: Float32Array,
  to: Activations,
): Pausing<void> {
  const { ops } = pass;
  const y = ops.zeros(x.rows, to.columns);
  yield* runMlp(pass, mlp, x, y);
  ops.addRows(y, rows, weights, to);
}

/** The tokens that go to one expert and the weights of its answers. */
export interface Route {
  readonly rows: Int32Array;
  readonly weights: Float32Array;
}

/**
 * Routes of every expert from the router's logits [rows, experts]: softmax over all experts, then the `chosen` largest
 * (of equals the first).
 */
export function route(logits: Float32Array, rows: number, chosen: number, normalize: boolean): readonly Route[] {
  const experts = logits.length / rows;
  const routes = Array.from({ length: experts }, () => ({ rows: [] as number[], weights: [] as number[] }));
  for (let row = 0; row < rows; row++) {
    const values = logits.subarray(row * experts, (row + 1) * experts);
    const most = values.reduce((a, b) => Math.max(a, b));
    const powers = Array.from(values, (value) => Math.exp(value - most));
    const best = [...powers.keys()].sort((a, b) => powers[b]! - powers[a]! || a - b).slice(0, chosen);
    const total = (normalize ? best.map((expert) => powers[expert]!) : powers).reduce((a, b) => a + b, 0);
    for (const expert of best) {
      routes[expert]!.rows.push(row);
      routes[expert]!.weights.push(powers[expert]! / total);
    }
  }
  return routes.map((each) => ({ rows: Int32Array.from(each.rows), weights: Float32Array.from(each.weights) }));
}
