import type { Activation, Activations } from '../ops';
import type { Pausing } from '../pausing';
import { addLinear, input, linear, type Linear, type Pass } from './linear';

/** down(act(gate(x)) * up(x)) (Shazeer 2020), or down(act(up(x))) without a gate. */
export type Mlp = GatedMlp | PlainMlp;

export interface GatedMlp {
  readonly kind: 'gated-mlp';
  readonly activation: Activation;
  readonly gate: Linear;
  readonly up: Linear;
  readonly down: Linear;
}

export interface PlainMlp {
  readonly kind: 'mlp';
  readonly activation: Activation;
  readonly up: Linear;
  readonly down: Linear;
}

/** Adds the output for the rows `x` to `to`. */
export function* runMlp(pass: Pass, mlp: Mlp, x: Activations, to: Activations): Pausing<void> {
  yield* addLinear(pass, mlp.down, input(pass, yield* middle(pass, mlp, x)), to);
}

function* middle(pass: Pass, mlp: Mlp, x: Activations): Pausing<Activations> {
  const { ops } = pass;
  const from = input(pass, x);
  switch (mlp.kind) {
    case 'gated-mlp': {
      const gate = yield* linear(pass, mlp.gate, from);
      ops.gate(gate, yield* linear(pass, mlp.up, from), mlp.activation);
      return gate;
    }
    case 'mlp': {
      const up = yield* linear(pass, mlp.up, from);
      ops.activate(up, mlp.activation);
      return up;
    }
  }
}
