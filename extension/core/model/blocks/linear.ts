import type { ActivationDtype } from '../../formats/activation-rounding';
import type { Activations, ModelOps, PackedActivations, RotaryTable, Weights } from '../ops';
import type { Pausing } from '../pausing';

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
  /** What inputs, keys and values are rounded to; nothing without it. */
  readonly rounding?: Rounding;
}

/** Narrower dtypes of what a model computes with. */
export interface Rounding {
  /** Of the input of the linear layer whose weight has this name. */
  readonly inputs: ReadonlyMap<string, ActivationDtype>;
  /** Of keys, after their rotation, and values: each head of a token has its scale. */
  readonly keyValues: ActivationDtype | undefined;
}

/** What linear layers read: packed when first asked for, once for each dtype that it is rounded to. */
export type Input = (weight: string) => PackedActivations;

export function input({ ops, rounding }: Pass, x: Activations): Input {
  const packed = new Map<ActivationDtype | undefined, PackedActivations>();
  return (weight) => {
    const dtype = rounding?.inputs.get(weight);
    const known = packed.get(dtype);
    if (known) return known;
    const made = ops.pack(dtype ? ops.rounded(x, x.columns, dtype) : x);
    packed.set(dtype, made);
    return made;
  };
}

export function* linear(pass: Pass, { weight, bias }: Linear, x: Input): Pausing<Activations> {
  const { ops, weights } = pass;
  const from = x(weight);
  const y = ops.activations(from.rows, weights.outputs(weight));
  yield* weights.matrix(weight, (rows, first) => ops.linear(from, rows, y, first));
  if (bias !== undefined) ops.addBias(y, weights.vector(bias));
  return y;
}

/** The same, added to `to`. */
export function* addLinear({ ops, weights }: Pass, { weight, bias }: Linear, x: Input, to: Activations): Pausing<void> {
  const from = x(weight);
  yield* weights.matrix(weight, (rows, first) => ops.addLinear(from, rows, to, first));
  if (bias !== undefined) ops.addBias(to, weights.vector(bias));
}
