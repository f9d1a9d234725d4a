import type { GatedMlp } from '../blocks/mlp';
import type { Scope } from './declare';
import type { Activation } from '../ops';

export interface GatedMlpSizes {
  readonly hidden: number;
  readonly intermediate: number;
  readonly activation: Activation;
  readonly bias?: boolean;
}

/** A gated MLP with the names of Llama's checkpoints: gate_proj, up_proj and down_proj. */
export function gatedMlp(at: Scope, { hidden, intermediate, activation, bias }: GatedMlpSizes): GatedMlp {
  return {
    kind: 'gated-mlp',
    activation,
    gate: at.linear('gate_proj', intermediate, hidden, bias),
    up: at.linear('up_proj', intermediate, hidden, bias),
    down: at.linear('down_proj', hidden, intermediate, bias),
  };
}
