import type { TreeTensor } from '../../../core/checkpoint/tensor';
import type { Policy } from '../../../core/policy/policy';
import { dtypeLabel } from '../../../core/resolve/dtype-label';
import type { Plan, PlannedTensor } from '../../../core/resolve/plan';
import { describeRole } from '../../role-text';
import { beforeAfter, code } from '../../wording';

/** One tensor: what it is, what becomes of it, and which rule decides that. */
export function describeTensor(planned: PlannedTensor, plan: Plan, policy: Policy): string {
  const { tensor, bytesBefore, bytesAfter } = planned;
  const rows = [
    `${tensor.dtype} [${tensor.shape.join(', ')}] → ${dtypeLabel(planned)}, ${beforeAfter(bytesBefore, bytesAfter)}`,
    position(tensor),
    why(planned, policy),
    ...beaten(planned, policy),
    ...agreement(tensor, plan),
  ];
  return [code(tensor.name), '', ...rows.map((row) => `- ${row}`)].join('\n');
}

function position({ layer, expert, role }: TreeTensor): string {
  const where = [
    layer === undefined ? undefined : `layer ${layer}`,
    expert === undefined ? undefined : `expert ${expert}`,
  ].filter((part) => part !== undefined);
  return [describeRole(role), ...where].join(', ');
}

/** Who decided the dtype, in a sentence; the author's reason with it. */
function why({ decider, treatment }: PlannedTensor, policy: Policy): string {
  const rule = decider.kind === 'rule' ? policy.rules[decider.index] : undefined;
  const who = rule ? `rule ${rule.index + 1}` : policy.default ? 'the default' : 'nobody: no rule matches it';
  const because = rule?.because === undefined ? '' : ` (${rule.because})`;
  if (treatment.kind === 'cast') return `Decided by ${who}${because}`;
  switch (treatment.reason) {
    case 'asked':
      return `Kept as it is by ${who}${because}`;
    case 'not-float':
      return `Kept as it is: it holds no floating point numbers; decided by ${who}${because}`;
    case 'same-dtype':
      return `Kept as it is: it has the dtype that ${who} asks for${because}`;
    case 'invalid':
      return `Kept as it is: what ${who} asks for can't be done; a finding says why`;
  }
}

function beaten({ beaten: indices }: PlannedTensor, policy: Policy): readonly string[] {
  return indices.slice(-3).map((index) => {
    const rule = policy.rules[index];
    const wanted = rule?.dtype ? `, which asks for ${rule.dtype.value}` : '';
    return `Beats rule ${index + 1}${wanted}: the last rule that matches wins`;
  });
}

/** Tensors that loaders fuse with it. */
function agreement({ name, group }: TreeTensor, plan: Plan): readonly string[] {
  const partners = plan.tree.groups.find(({ id }) => id === group)?.tensors.filter((other) => other !== name) ?? [];
  if (partners.length === 0) return [];
  const more = partners.length > 3 ? ` and ${partners.length - 3} more` : '';
  return [`Must agree with ${partners.slice(0, 3).map(code).join(', ')}${more}`];
}
