import { buildTensorTree } from '../../extension/core/checkpoint/tree';
import type { TensorInfo } from '../../extension/core/checkpoint/tensor';
import { BUILT_IN_FORMATS } from '../../extension/core/formats/registry';
import { parsePolicy } from '../../extension/core/policy/parse';
import type { Policy } from '../../extension/core/policy/policy';
import type { Plan } from '../../extension/core/resolve/plan';
import { resolve } from '../../extension/core/resolve/resolve';

/** A policy as a user would type it, and what it makes of the tensors. */
export function planOf(text: string, tensors: readonly TensorInfo[]): { readonly plan: Plan; readonly policy: Policy } {
  const { policy, findings } = parsePolicy(text, BUILT_IN_FORMATS);
  const broken = findings.find(({ severity }) => severity === 'error');
  if (broken) throw new Error(`the policy of the test is broken: ${broken.message}`);
  return { plan: resolve(policy, buildTensorTree(tensors, undefined), BUILT_IN_FORMATS), policy };
}
