import { ACTIVATION_BLOCK, ACTIVATION_ROUNDING, type ActivationDtype } from '../formats/activation-rounding';
import type { Rounding } from '../model/blocks/linear';
import type { ModelGraph } from '../model/graph';
import { partShape } from '../model/weights';
import type { Policy } from '../policy/policy';
import { choiceOf } from '../resolve/draft';
import type { Plan } from '../resolve/plan';
import type { Simulated } from './report';

/**
 * What a policy rounds while the cast model runs: the input of each linear layer as the rule says that decides its
 * weight, keys and values as `kv_cache` says. Undefined when it rounds nothing. A tied embedding is the weight of the
 * head. Throws when blocks of 32 do not divide what they should.
 */
export function roundingOf(policy: Policy, plan: Plan, graph: ModelGraph): Rounding | undefined {
  const inputs = new Map<string, ActivationDtype>();
  const linear = linearWeights(graph);
  for (const { name, shape, parts } of graph.tensors) {
    const planned = plan.byName.get(name);
    const dtype = planned && choiceOf(planned.decider, policy)?.activations?.value;
    if (dtype === undefined) continue;
    for (const part of parts) {
      if (!linear.has(part.as)) continue;
      requireBlocks(`${name}: activations`, dtype, partShape(shape, part)[1] ?? 1);
      inputs.set(part.as, dtype);
    }
  }
  const keyValues = policy.kvCache?.value;
  if (keyValues) {
    for (const size of headSizes(graph)) requireBlocks('kv_cache', keyValues, size);
  }
  return inputs.size > 0 || keyValues ? { inputs, keyValues } : undefined;
}

/** What was rounded, for the report. */
export function simulatedOf(rounding: Rounding | undefined): Simulated | null {
  if (!rounding) return null;
  const activations: Partial<Record<ActivationDtype, number>> = {};
  for (const dtype of rounding.inputs.values()) activations[dtype] = (activations[dtype] ?? 0) + 1;
  return { activations, kvCache: rounding.keyValues ?? null };
}

/** Names of all weights that an input is multiplied with. */
function linearWeights({ layers, head }: ModelGraph): ReadonlySet<string> {
  const names = new Set([head.linear.weight]);
  for (const { block } of layers.flat(2)) {
    switch (block.kind) {
      case 'attention':
        for (const each of [block.q, block.k, block.v, block.o]) names.add(each.weight);
        break;
      case 'mlp':
        for (const each of [block.up, block.down]) names.add(each.weight);
        break;
      case 'gated-mlp':
        for (const each of [block.gate, block.up, block.down]) names.add(each.weight);
        break;
      case 'experts': {
        const { shared, router, experts } = block;
        for (const mlp of [...experts, ...(shared ? [shared.mlp] : [])]) {
          for (const each of [mlp.gate, mlp.up, mlp.down]) names.add(each.weight);
        }
        names.add(router.weight);
        if (shared) names.add(shared.gate.weight);
        break;
      }
    }
  }
  return names;
}

function headSizes({ layers }: ModelGraph): ReadonlySet<number> {
  return new Set(layers.flat(2).flatMap(({ block }) => (block.kind === 'attention' ? [block.headSize] : [])));
}

function requireBlocks(what: string, dtype: ActivationDtype, columns: number): void {
  if (ACTIVATION_ROUNDING[dtype].scale !== 'power-of-two' || columns % ACTIVATION_BLOCK === 0) return;
  throw new Error(
    `${what}: ${dtype} has blocks of ${ACTIVATION_BLOCK}, which do not divide ${columns}; fp8_e4m3 and int8 have no blocks`,
  );
}
