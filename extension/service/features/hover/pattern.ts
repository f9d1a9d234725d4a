import { formatBytes } from '../../../core/byte-size';
import { compilePattern } from '../../../core/policy/pattern';
import { dtypeLabel } from '../../../core/resolve/dtype-label';
import type { Outcome, Plan } from '../../../core/resolve/plan';
import { firstTensors, forEachTensor, type TensorSet } from '../../../core/resolve/tensor-set';
import { beforeAfter, code, count } from '../../wording';
import type { HoverSite } from '../hover';
import { describeTensor } from './tensor';

/** Tensors listed by name. */
const MOST_NAMES = 5;

/** A pattern: what it matches and what becomes of that; for the name of one tensor, all about it. */
export async function describePattern(site: HoverSite): Promise<string | undefined> {
  const { place, analysis, context, rule } = site;
  const { plan } = analysis;
  const kind = place.text.startsWith('/') ? 'regex' : 'glob';
  const source = kind === 'regex' ? place.text.slice(1, -1) : place.text;
  if (!plan || rule === undefined || compilePattern({ kind, source }).kind === 'error') return undefined;
  const matched = context.matches.matches(plan.tree, { kind, source });
  const only = matched.size === 1 ? plan.tree.tensors[firstTensors(matched, 1)[0]!] : undefined;
  const planned = plan.byName.get(only?.name ?? place.text);
  if (planned) return describeTensor(planned, plan, site);
  if (matched.size === 0) return 'Matches no tensor of the checkpoint.';
  const shares = sharesOf(matched, plan);
  const sections = [
    summary(matched.size, shares),
    names(matched, plan),
    place.path.includes('match') ? outcome(matched.size, shares, rule) : '',
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

/** How many of the tensors that a pattern matches have one outcome. */
interface Share {
  readonly outcome: Outcome;
  readonly count: number;
}

/** By order of their first tensor. */
function sharesOf(matched: TensorSet, { outcomes, outcomeOf }: Plan): readonly Share[] {
  const counts = new Map<number, number>();
  forEachTensor(matched, (at) => counts.set(outcomeOf[at]!, (counts.get(outcomeOf[at]!) ?? 0) + 1));
  return Array.from(counts, ([outcome, count]) => ({ outcome: outcomes[outcome]!, count }));
}

function summary(matched: number, shares: readonly Share[]): string {
  return `Matches ${count(matched, 'tensor')}, ${formatBytes(bytesBefore(shares))}:`;
}

function bytesBefore(shares: readonly Share[]): number {
  return shares.reduce((sum, { outcome, count }) => sum + count * outcome.tensor.bytes, 0);
}

function names(matched: TensorSet, { tree, outcomes, outcomeOf }: Plan): string {
  const listed = firstTensors(matched, MOST_NAMES).map((at) => {
    const { name, dtype } = tree.tensors[at]!;
    return `- ${code(name)}: ${dtype} → ${dtypeLabel(outcomes[outcomeOf[at]!]!)}`;
  });
  const more = matched.size - listed.length;
  return [...listed, ...(more > 0 ? [`- and ${more} more`] : [])].join('\n');
}

/** How many of them this rule decides, what that saves, and who decides the others. */
function outcome(matched: number, shares: readonly Share[], rule: number): string {
  const own = shares.filter(({ outcome: { decider } }) => decider.kind === 'rule' && decider.index === rule);
  const won = own.reduce((sum, { count }) => sum + count, 0);
  const after = own.reduce((sum, share) => sum + share.count * share.outcome.bytesAfter, 0);
  const all = won === matched ? 'all of them' : `${won} of them`;
  const decides =
    won === 0
      ? 'This rule decides none of them.'
      : `This rule decides ${all}: ${beforeAfter(bytesBefore(own), after)}.`;
  return [decides, ...others(shares, rule)].join(' ');
}

function others(shares: readonly Share[], rule: number): readonly string[] {
  const byOther = new Map<string, number>();
  for (const { outcome, count } of shares) {
    const { decider } = outcome;
    if (decider.kind === 'rule' && decider.index === rule) continue;
    const who = decider.kind === 'rule' ? `Rule ${decider.index + 1}` : 'The default';
    byOther.set(who, (byOther.get(who) ?? 0) + count);
  }
  return [...byOther].slice(0, 3).map(([who, amount]) => `${who} decides ${amount}.`);
}
