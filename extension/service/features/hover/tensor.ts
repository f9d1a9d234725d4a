import { originText } from '../../../core/checkpoint/origin-text';
import { elementCount } from '../../../core/checkpoint/storage-dtype';
import type { TreeTensor } from '../../../core/checkpoint/tensor';
import type { Policy } from '../../../core/policy/policy';
import { ruleName } from '../../../core/policy/rule-name';
import { dtypeLabel } from '../../../core/resolve/dtype-label';
import type { Plan, PlannedTensor } from '../../../core/resolve/plan';
import type { Snapshot } from '../../analysis';
import { describeRole } from '../../role-text';
import { beforeAfter, bitsPerWeight, code, count } from '../../wording';
import type { HoverSite } from '../hover';
import { describeValues } from './values';

/** Rules that lost, as many as are told of; the last ones came nearest. */
const MOST_BEATEN = 5;

/** One tensor: what it is, what becomes of it, which rule decides that, and how its values are spread. */
export async function describeTensor(planned: PlannedTensor, plan: Plan, site: HoverSite): Promise<string> {
  const { tensor, bytesBefore, bytesAfter } = planned;
  const { snapshot } = site.analysis;
  const bits = bitsPerWeight(bytesAfter, elementCount(tensor.shape));
  const rows = [
    `${tensor.dtype} [${tensor.shape.join(', ')}] → ${dtypeLabel(planned)}, ${beforeAfter(bytesBefore, bytesAfter)}, ${bits}`,
    position(tensor),
    ...[originText(tensor)].filter((text) => text !== undefined),
    why(planned, snapshot),
    ...beaten(planned, snapshot),
    ...agreement(planned, plan),
  ];
  const story = [code(tensor.name), '', ...rows.map((row) => `- ${row}`)].join('\n');
  const values = await describeValues(planned, site);
  return values === undefined ? story : `${story}\n\n${values}`;
}

function position({ layer, expert, role }: TreeTensor): string {
  const where = [
    layer === undefined ? undefined : `layer ${layer}`,
    expert === undefined ? undefined : `expert ${expert}`,
  ].filter((part) => part !== undefined);
  return [describeRole(role), ...where].join(', ');
}

/** `rule 2 in line 7`: lines as editors count them. */
function ruleInLine(index: number, { document, policy }: Snapshot): string {
  const rule = policy.rules[index];
  return `${ruleName(policy, index)}${rule ? ` in line ${document.positionAt(rule.range.start).line + 1}` : ''}`;
}

/** Who decided the dtype, in a sentence; the author's reason with it. */
function why({ decider, treatment }: PlannedTensor, snapshot: Snapshot): string {
  const { policy } = snapshot;
  const rule = decider.kind === 'rule' ? policy.rules[decider.index] : undefined;
  const who = rule ? ruleInLine(rule.index, snapshot) : nobody(policy);
  const because = rule?.because === undefined ? '' : ` (${rule.because})`;
  if (treatment.kind === 'cast') return `Decided by ${who}${because}`;
  switch (treatment.reason) {
    case 'asked':
      return `Kept as it is by ${who}${because}`;
    case 'empty':
      return `Kept as it is: it has no elements; decided by ${who}${because}`;
    case 'not-float':
      return `Kept as it is: it holds no floating point numbers; decided by ${who}${because}`;
    case 'same-dtype':
      return `Kept as it is: it has the dtype that ${who} asks for${because}`;
    case 'invalid':
      return `Kept as it is: what ${who} asks for can't be done; a finding says why`;
  }
}

function nobody(policy: Policy): string {
  return policy.default ? 'the default' : 'nobody: no rule matches it';
}

function beaten({ beaten: indices }: PlannedTensor, snapshot: Snapshot): readonly string[] {
  const told = indices.slice(-MOST_BEATEN).map((index) => {
    const wanted = snapshot.policy.rules[index]?.dtype;
    return `Beats ${ruleInLine(index, snapshot)}${wanted ? `, which asks for ${wanted.value}` : ''}: the last rule that matches wins`;
  });
  const more = indices.length - told.length;
  return more > 0 ? [...told, `Beats ${count(more, 'rule')} before those`] : told;
}

/** Tensors that loaders fuse with it, and whether they get the same. */
function agreement(planned: PlannedTensor, plan: Plan): readonly string[] {
  const { name, group } = planned.tensor;
  const partners = plan.tree.groups.find(({ id }) => id === group)?.tensors.filter((other) => other !== name) ?? [];
  if (partners.length === 0) return [];
  const own = dtypeLabel(planned);
  const others = partners.flatMap((partner) => plan.byName.get(partner) ?? []);
  const differing = others.filter((other) => dtypeLabel(other) !== own);
  const [first] = differing;
  const which = partners.length === 1 ? 'that' : code(first?.tensor.name ?? '');
  const verdict = first ? `, but ${which} gets ${dtypeLabel(first)}` : ', and does';
  const more = partners.length > 3 ? ` and ${partners.length - 3} more` : '';
  return [`Must agree with ${partners.slice(0, 3).map(code).join(', ')}${more}${verdict}`];
}
