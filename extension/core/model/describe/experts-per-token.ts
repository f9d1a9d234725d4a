import type { Fields } from './fields';
import { Refusal } from './refusal';

/** How many of `count` experts each token goes to. */
export function expertsPerToken(fields: Fields, count: number, missing: number): number {
  const chosen = fields.whole('num_experts_per_tok', missing);
  if (chosen >= 1 && chosen <= count) return chosen;
  throw new Refusal(`num_experts_per_tok is ${chosen}, expected 1 to ${count}, the number of experts`);
}
