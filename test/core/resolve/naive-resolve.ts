import type { TensorTree, TreeTensor } from '../../../extension/core/checkpoint/tensor';
import type { Pattern, Policy, Rule } from '../../../extension/core/policy/policy';
import { naiveMatch } from '../policy/naive-glob';

/** Which rule decides a tensor and which ones it beats, as the manual says it: rule by rule, tensor by tensor. */
export interface NaiveDecision {
  /** -1: the default. */
  readonly rule: number;
  readonly beaten: readonly number[];
}

export function naiveResolve(policy: Policy, tree: TensorTree): readonly NaiveDecision[] {
  return tree.tensors.map((tensor) => {
    const selecting = policy.rules.filter((rule) => selects(rule, tensor, tree.layerCount)).map(({ index }) => index);
    return { rule: selecting.at(-1) ?? -1, beaten: selecting.slice(0, -1) };
  });
}

function selects({ match, except, layers }: Rule, { name, layer }: TreeTensor, count: number): boolean {
  const named = match.some((pattern) => matches(pattern, name)) && !except.some((pattern) => matches(pattern, name));
  if (!named || !layers) return named;
  const fromStart = (bound: number): number => (bound < 0 ? count + bound : bound);
  return layer !== undefined && layers.value.some(({ from, to }) => layer >= fromStart(from) && layer <= fromStart(to));
}

/** Regular expressions by the engine of JavaScript: the tests ask it for simple ones only. */
export function matches({ kind, source }: Pick<Pattern, 'kind' | 'source'>, name: string): boolean {
  return kind === 'glob' ? naiveMatch(source, name) : new RegExp(`^(?:${source})$`, 's').test(name);
}
