import { formatBits, formatBytes } from '../byte-size';
import { originText } from '../checkpoint/origin-text';
import { elementCount } from '../checkpoint/storage-dtype';
import type { Policy } from '../policy/policy';
import { ruleName } from '../policy/rule-name';
import { dtypeLabel } from './dtype-label';
import type { Explanation, RuleVerdict } from './explain';
import type { PlannedTensor } from './plan';

/** Group members listed at most: the experts of a layer are many. */
const MEMBERS_SHOWN = 8;

/** An explanation in Markdown, which terminals can read too. `line` gives the line of an offset, from 1. */
export function explanationText(explanation: Explanation, policy: Policy, line: (offset: number) => number): string {
  const { planned, rules, group, findings } = explanation;
  const told = rules.filter(({ verdict }) => verdict.kind !== 'no-match');
  return [
    `# ${planned.tensor.name}`,
    '',
    ...figures(planned),
    '',
    `## Why ${dtypeLabel(planned)}`,
    '',
    decision(planned, policy, line),
    '',
    ...told.map(
      ({ rule, verdict }) =>
        `- line ${line(rule.range.start)}, ${ruleName(policy, rule.index)}: ${verdictText(verdict, rule.dtype?.value)}`,
    ),
    ...(rules.length > told.length ? [`- ${rules.length - told.length} other rules do not match it`] : []),
    ...(group ? ['', `## Must agree (${group.kind})`, '', ...memberLines(group.members)] : []),
    ...(findings.length > 0
      ? ['', '## Findings', '', ...findings.map(({ severity, message, code }) => `- ${severity}: ${message} [${code}]`)]
      : []),
    '',
  ].join('\n');
}

function figures({ tensor, treatment, bytesBefore, bytesAfter }: PlannedTensor): readonly string[] {
  const elements = elementCount(tensor.shape);
  const where = [
    tensor.role,
    ...(tensor.layer === undefined ? [] : [`layer ${tensor.layer}`]),
    ...(tensor.expert === undefined ? [] : [`expert ${tensor.expert}`]),
  ];
  const bits = elements === 0 ? '' : `, ${formatBits((bytesAfter * 8) / elements)} bits per weight`;
  const parts = treatment.kind === 'cast' ? treatment.parts : [];
  return [
    `- ${tensor.dtype} [${tensor.shape.join(', ')}], ${where.join(', ')}`,
    ...[originText(tensor)].flatMap((text) => (text === undefined ? [] : [`- ${text}`])),
    `- ${formatBytes(bytesBefore)} before, ${formatBytes(bytesAfter)} after${bits}`,
    ...parts.map(
      ({ role, dtype, shape, bytes }) => `- stored ${role}: ${dtype} [${shape.join(', ')}], ${formatBytes(bytes)}`,
    ),
  ];
}

function decision({ decider, treatment }: PlannedTensor, policy: Policy, line: (offset: number) => number): string {
  const rule = decider.kind === 'rule' ? policy.rules[decider.index] : undefined;
  const who = rule
    ? `${capital(ruleName(policy, rule.index))} on line ${line(rule.range.start)} decides: it is the last one that matches`
    : policy.default
      ? 'No rule matches it, so the default decides'
      : 'No rule matches it and there is no default, so it is kept';
  const because = rule?.because === undefined ? '' : ` (${rule.because})`;
  if (treatment.kind === 'cast') return `${who}${because}.`;
  switch (treatment.reason) {
    case 'asked':
      return `${who}${because}. Every byte stays as it is.`;
    case 'same-dtype':
      return `${who}${because}. It has that dtype already, so every byte stays as it is.`;
    case 'empty':
      return `${who}${because}. It has no elements, so there is nothing to cast.`;
    case 'not-float':
      return `${who}${because}. It holds no floating point numbers, so every byte stays as it is.`;
    case 'invalid':
      return `${who}${because}. What is asked can't be done, so every byte stays as it is.`;
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function verdictText(verdict: RuleVerdict, dtype = 'nothing that is known'): string {
  switch (verdict.kind) {
    case 'wins':
      return `wins with ${dtype}, by \`${verdict.pattern}\``;
    case 'beaten':
      return `matches by \`${verdict.pattern}\` and asks for ${dtype}, but a later rule wins`;
    case 'excepted':
      return `matches by \`${verdict.pattern}\`, but leaves it out by \`${verdict.except}\``;
    case 'other-layers':
      return `matches by \`${verdict.pattern}\`, but is for other layers`;
    case 'no-match':
      return 'does not match it';
  }
}

function memberLines(members: NonNullable<Explanation['group']>['members']): readonly string[] {
  // Those that disagree first: they are what one looks for.
  const ordered = [...members].sort((a, b) => Number(a.agrees) - Number(b.agrees));
  const lines = ordered
    .slice(0, MEMBERS_SHOWN)
    .map(({ name, dtype, agrees }) => `- ${name}: ${dtype}${agrees ? '' : ', which DIFFERS'}`);
  return members.length > MEMBERS_SHOWN ? [...lines, `- and ${members.length - MEMBERS_SHOWN} more`] : lines;
}
