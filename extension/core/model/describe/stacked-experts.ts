import type { GatedMlp } from '../blocks/mlp';
import type { Scope } from './declare';
import type { GatedMlpSizes } from './gated-mlp';

/** The tensor that tells experts in stacks from experts one by one. */
export const STACK = 'experts.gate_up_proj';

/**
 * Experts as transformers 5 holds them: experts.gate_up_proj [experts, 2 intermediate, hidden], the gate's rows first,
 * and experts.down_proj [experts, hidden, intermediate].
 */
export function stackedExperts(at: Scope, count: number, sizes: GatedMlpSizes): readonly GatedMlp[] {
  const { hidden, intermediate, activation } = sizes;
  const runs = (times: number, rows: number) =>
    Array.from({ length: times }, (_, index) => ({ first: index * rows, count: rows }));
  const halves = at.stacked(STACK, [count, 2 * intermediate, hidden], runs(2 * count, intermediate));
  const downs = at.stacked('experts.down_proj', [count, hidden, intermediate], runs(count, hidden));
  return downs.map((down, expert) => ({
    kind: 'gated-mlp',
    activation,
    gate: { weight: halves[2 * expert]! },
    up: { weight: halves[2 * expert + 1]! },
    down: { weight: down },
  }));
}
