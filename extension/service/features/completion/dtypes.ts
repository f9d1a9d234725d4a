import { CompletionItemKind } from 'vscode-languageserver-types';
import type { NumberFormat } from '../../../core/formats/format';
import type { DtypeChoice } from '../../../core/policy/policy';
import { KEEP } from '../../../core/policy/read/dtype';
import { choiceWith, dtypeEffect, kindsOfChoice, type DtypeEffect, type KindCounts } from '../../dtype-effect';
import { nominalBits } from '../../format-text';
import { storedBy } from '../../target-formats';
import type { TensorIndex } from '../../tensor-index';
import { beforeAfter, bitsPerWeight, count } from '../../wording';
import type { ValueSite } from '../completion';
import type { Proposal } from './item';

/** How well a dtype suits the tensors of a rule; lower is offered earlier. */
type Fit = 0 | 1 | 2;

interface RankedDtype {
  readonly fit: Fit;
  readonly proposal: Proposal;
}

/** Tensors that the dtype at the cursor is for. */
interface Meant {
  readonly index: TensorIndex;
  readonly counts: KindCounts;
}

/** Groups tried, the largest first, where a format's own does not divide the rows. */
const GROUPS: readonly number[] = [128, 64, 32, 16];

/**
 * Formats that the target can store and that divide the rows of the rule's tensors, and `keep`: first those that
 * make them smaller. A format whose own group does not divide them brings one that does.
 */
export async function completeDtypes(site: ValueSite): Promise<readonly Proposal[]> {
  const { snapshot, context, rule } = site;
  const choice: DtypeChoice | undefined = rule === undefined ? snapshot.policy.default : snapshot.policy.rules[rule];
  const linked = await context.analyses.checkpointOf(snapshot);
  const index = linked.kind === 'open' ? context.indexOf(linked.checkpoint.tree) : undefined;
  const meant = index && { index, counts: kindsOfChoice(snapshot.policy, rule, index, context.matches) };
  const target = snapshot.policy.target?.value;
  const formats = snapshot.formats.ids().flatMap((id): readonly RankedDtype[] => {
    const { format } = snapshot.formats.find(id)!;
    // A format of one's own is a choice that its author has made.
    return format.definition !== undefined || storedBy(target, format, snapshot.formats)
      ? ranked(format, choice, meant, site)
      : [];
  });
  return [...formats, keepProposal(meant)].sort((a, b) => a.fit - b.fit).map(({ proposal }) => proposal);
}

/** A format with what it makes of the tensors meant; none when nothing makes it fit. */
function ranked(
  format: NumberFormat,
  choice: DtypeChoice | undefined,
  meant: Meant | undefined,
  site: ValueSite,
): readonly RankedDtype[] {
  const effectWith = (wanted: DtypeChoice): DtypeEffect | undefined =>
    meant && dtypeEffect(wanted, meant.counts, meant.index, site.snapshot.formats);
  const wanted = choiceWith(choice, format);
  const effect = effectWith(wanted);
  if (!effect?.impossible) {
    return [{ fit: fitOf(format, effect, meant), proposal: formatProposal(format, effect, undefined) }];
  }
  // A group that the author chose is kept: then the format is none for this rule.
  const line = groupLine(site);
  if (line === undefined || wanted.scale || !format.granularities.includes('group')) return [];
  for (const size of GROUPS) {
    const scale = { value: { kind: 'group', size } as const, range: site.place.range, key: 'group' as const };
    const grouped = effectWith({ ...wanted, scale });
    if (grouped?.impossible !== 0) continue;
    return [{ fit: fitOf(format, grouped, meant), proposal: formatProposal(format, grouped, { size, line }) }];
  }
  return [];
}

/** What begins a new line of the rule at the cursor; undefined where a key can't be added so. */
function groupLine({ snapshot, rule, place }: ValueSite): string | undefined {
  const indent = rule === undefined ? undefined : snapshot.policy.rules[rule]?.indent;
  return indent === undefined || place.quote !== undefined ? undefined : `\n${' '.repeat(indent)}`;
}

function fitOf({ bits }: NumberFormat, effect: DtypeEffect | undefined, meant: Meant | undefined): Fit {
  if (!effect || effect.tensors === 0) return 0;
  if (meant && isFragile(meant) && bits < 16) return 2;
  return effect.bytesAfter < effect.bytesBefore ? 0 : 1;
}

/** Norms, biases, routers: nothing is saved by casting these to few bits. */
function isFragile({ index: { kinds }, counts }: Meant): boolean {
  return [...counts.keys()].every((kind) => {
    const { role, shape } = kinds[kind]!;
    return shape.length < 2 || role === 'norm' || role === 'bias' || role === 'router' || role === 'scale';
  });
}

function formatProposal(
  format: NumberFormat,
  effect: DtypeEffect | undefined,
  group: { readonly size: number; readonly line: string } | undefined,
): Proposal {
  const { id, definition } = format;
  const detail = effect && effect.tensors > 0 ? effectDetail(effect) : nominalBits(format);
  const applied =
    effect && effect.tensors > 0 ? `On its ${count(effect.tensors, 'tensor')}: ${effectDetail(effect)}.` : '';
  return {
    label: id,
    kind: CompletionItemKind.EnumMember,
    detail: group ? `group ${group.size}: ${detail}` : detail,
    ...(group ? { text: `${id}${group.line}group: ${group.size}` } : {}),
    data: {
      about: 'dtype',
      id,
      ...(definition === undefined ? {} : { definition }),
      ...(applied === '' ? {} : { effect: applied }),
    },
  };
}

function effectDetail({ elements, bytesBefore, bytesAfter }: DtypeEffect): string {
  return `${beforeAfter(bytesBefore, bytesAfter)}, ${bitsPerWeight(bytesAfter, elements)}`;
}

function keepProposal(meant: Meant | undefined): RankedDtype {
  const proposal: Proposal = {
    label: KEEP,
    kind: CompletionItemKind.Keyword,
    detail: 'as it is',
    documentation: 'Copies the tensors byte for byte, whatever their dtype.',
  };
  return { fit: meant && meant.counts.size > 0 && isFragile(meant) ? 0 : 1, proposal };
}
