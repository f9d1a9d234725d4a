import { formatBytes } from '../../../core/byte-size';
import { compilePattern } from '../../../core/policy/pattern';
import { dtypeLabel } from '../../../core/resolve/dtype-label';
import type { PlannedTensor } from '../../../core/resolve/plan';
import { beforeAfter, code, count } from '../../wording';
import type { HoverSite } from '../hover';
import { describeTensor } from './tensor';

/** Tensors listed by name. */
const MOST_NAMES = 5;

/** A pattern: what it matches and what becomes of that; for the name of one tensor, all about it. */
export function describePattern({ place, analysis, context, rule }: HoverSite): string | undefined {
  const { plan, snapshot } = analysis;
  const kind = place.text.startsWith('/') ? 'regex' : 'glob';
  const source = kind === 'regex' ? place.text.slice(1, -1) : place.text;
  if (!plan || rule === undefined || compilePattern({ kind, source }).kind === 'error') return undefined;
  const exact = plan.byName.get(place.text);
  if (exact) return describeTensor(exact, plan, snapshot.policy);
  const matched = [...context.matches.matches(plan.tree, { kind, source })].map((at) => plan.tensors[at]!);
  if (matched.length === 0) return 'Matches no tensor of the checkpoint.';
  const sections = [summary(matched), names(matched), place.path.includes('match') ? outcome(matched, rule) : ''];
  return sections.filter((section) => section !== '').join('\n\n');
}

function summary(matched: readonly PlannedTensor[]): string {
  const bytes = matched.reduce((sum, { bytesBefore }) => sum + bytesBefore, 0);
  return `Matches ${count(matched.length, 'tensor')}, ${formatBytes(bytes)}:`;
}

function names(matched: readonly PlannedTensor[]): string {
  const listed = matched
    .slice(0, MOST_NAMES)
    .map((planned) => `- ${code(planned.tensor.name)}: ${planned.tensor.dtype} → ${dtypeLabel(planned)}`);
  const more = matched.length - listed.length;
  return [...listed, ...(more > 0 ? [`- and ${more} more`] : [])].join('\n');
}

/** How many of them this rule decides, what that saves, and who decides the others. */
function outcome(matched: readonly PlannedTensor[], rule: number): string {
  const won = matched.filter(({ decider }) => decider.kind === 'rule' && decider.index === rule);
  const before = won.reduce((sum, { bytesBefore }) => sum + bytesBefore, 0);
  const after = won.reduce((sum, { bytesAfter }) => sum + bytesAfter, 0);
  const all = won.length === matched.length ? 'all of them' : `${won.length} of them`;
  const decides =
    won.length === 0 ? 'This rule decides none of them.' : `This rule decides ${all}: ${beforeAfter(before, after)}.`;
  return [decides, ...others(matched, rule)].join(' ');
}

function others(matched: readonly PlannedTensor[], rule: number): readonly string[] {
  const byOther = new Map<string, number>();
  for (const { decider } of matched) {
    if (decider.kind === 'rule' && decider.index === rule) continue;
    const who = decider.kind === 'rule' ? `Rule ${decider.index + 1}` : 'The default';
    byOther.set(who, (byOther.get(who) ?? 0) + 1);
  }
  return [...byOther].slice(0, 3).map(([who, amount]) => `${who} decides ${amount}.`);
}
