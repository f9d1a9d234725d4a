import type { Activations, Matrix, ModelOps, PackedActivations, RotaryTable, Vector, Weights } from '../ops';

/** x W^T + b; names of its weights. */
export interface Linear {
  readonly weight: string;
  readonly bias?: string;
}

/** What the blocks of a forward pass work with. */
export interface Pass {
  readonly ops: ModelOps;
  readonly weights: Weights;
  /** In the order of the graph's `rotaries`. */
  readonly rotaries: readonly RotaryTable[];
}

export function linear({ ops, weights }: Pass, { weight, bias }: Linear, x: PackedActivations): Activations {
  const y = ops.linear(x, matrix(weights, weight));
  if (bias !== undefined) ops.addBias(y, vector(weights, bias));
  return y;
}

/** The same, added to `to`. */
export function addLinear(
  { ops, weights }: Pass,
  { weight, bias }: Linear,
  x: PackedActivations,
  to: Activations,
): void {
  ops.addLinear(x, matrix(weights, weight), to);
  if (bias !== undefined) ops.addBias(to, vector(weights, bias));
}

export function matrix(weights: Weights, name: string): Matrix {
  const weight = weights(name);
  if (weight.kind === 'matrix') return weight;
  throw new Error(`${name}: expected a matrix, found a vector`);
}

export function vector(weights: Weights, name: string): Vector {
  const weight = weights(name);
  if (weight.kind === 'vector') return weight;
  throw new Error(`${name}: expected a vector, found a matrix`);
}
