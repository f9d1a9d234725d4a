import { CompletionItemKind } from 'vscode-languageserver-types';
import type { NumberFormat } from '../../../core/formats/format';
import type { DtypeChoice } from '../../../core/policy/policy';
import { KEEP } from '../../../core/policy/read/dtype';
import { choiceWith, dtypeEffect, kindsOfChoice, type DtypeEffect, type KindCounts } from '../../dtype-effect';
import { describeFormat, nominalBits } from '../../format-text';
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

/** Formats and `keep`: first those that make the rule's tensors smaller, last those that can't be applied. */
export async function completeDtypes(site: ValueSite): Promise<readonly Proposal[]> {
  const { snapshot, context, rule } = site;
  const choice: DtypeChoice | undefined = rule === undefined ? snapshot.policy.default : snapshot.policy.rules[rule];
  const linked = await context.analyses.checkpointOf(snapshot);
  const index = linked.kind === 'open' ? context.indexOf(linked.checkpoint.tree) : undefined;
  const counts = index && kindsOfChoice(snapshot.policy, rule, index, context.matches);
  const formats = context.formats.ids().map((id): RankedDtype => {
    const { format } = context.formats.find(id)!;
    const wanted = choiceWith(choice, format);
    const effect = index && counts && dtypeEffect(wanted, counts, index, context.formats);
    return { fit: fitOf(format, effect, index, counts), proposal: formatProposal(format, effect) };
  });
  const ranked = [...formats, keepProposal(index, counts)];
  return ranked.sort((a, b) => a.fit - b.fit).map(({ proposal }) => proposal);
}

function fitOf(
  { bits }: NumberFormat,
  effect: DtypeEffect | undefined,
  index: TensorIndex | undefined,
  counts: KindCounts | undefined,
): Fit {
  if (!effect || effect.tensors === 0) return 0;
  if (effect.impossible > 0) return 2;
  if (index && counts && isFragile(index, counts) && bits < 16) return 2;
  return effect.bytesAfter < effect.bytesBefore ? 0 : 1;
}

/** Norms, biases, routers: nothing is saved by casting these to few bits. */
function isFragile({ kinds }: TensorIndex, counts: KindCounts): boolean {
  return [...counts.keys()].every((kind) => {
    const { role, shape } = kinds[kind]!;
    return shape.length < 2 || role === 'norm' || role === 'bias' || role === 'router' || role === 'scale';
  });
}

function formatProposal(format: NumberFormat, effect: DtypeEffect | undefined): Proposal {
  return {
    label: format.id,
    kind: CompletionItemKind.EnumMember,
    detail: effect && effect.tensors > 0 ? effectDetail(effect) : nominalBits(format),
    documentation: describeFormat(format),
  };
}

function effectDetail({ tensors, elements, bytesBefore, bytesAfter, impossible }: DtypeEffect): string {
  if (impossible > 0) return `can't be applied to ${impossible} of ${count(tensors, 'tensor')}`;
  return `${beforeAfter(bytesBefore, bytesAfter)}, ${bitsPerWeight(bytesAfter, elements)}`;
}

function keepProposal(index: TensorIndex | undefined, counts: KindCounts | undefined): RankedDtype {
  const proposal: Proposal = {
    label: KEEP,
    kind: CompletionItemKind.Keyword,
    detail: 'as it is',
    documentation: 'Copies the tensors byte for byte, whatever their dtype.',
  };
  return { fit: index && counts && counts.size > 0 && isFragile(index, counts) ? 0 : 1, proposal };
}
