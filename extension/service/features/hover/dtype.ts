import { KEEP } from '../../../core/policy/read/dtype';
import { codePointsPicture } from '../../code-points-picture';
import { dtypeEffect, kindsOfChoice } from '../../dtype-effect';
import { describeFormat } from '../../format-text';
import { beforeAfter, bitsPerWeight, count } from '../../wording';
import type { HoverSite } from '../hover';

/** A dtype: what it is, and what it does to the tensors of its rule. */
export function describeDtype(site: HoverSite): string | undefined {
  const { place, context, options } = site;
  const { text } = place;
  if (text === KEEP) return '`keep`: copies the tensors byte for byte, whatever their dtype.';
  const found = context.formats.find(text) ?? context.formats.find(text.toLowerCase());
  if (!found) return undefined;
  const picture = options.pictures ? codePointsPicture(found.format) : undefined;
  return [describeFormat(found.format), picture, effectOn(site)].filter(Boolean).join('\n\n');
}

function effectOn({ analysis, context, rule }: HoverSite): string | undefined {
  const { snapshot, checkpoint } = analysis;
  const choice = rule === undefined ? snapshot.policy.default : snapshot.policy.rules[rule];
  if (checkpoint.kind !== 'open' || !choice?.dtype) return undefined;
  const index = context.indexOf(checkpoint.checkpoint.tree);
  const counts = kindsOfChoice(snapshot.policy, rule, index, context.matches);
  const effect = dtypeEffect(choice, counts, index, context.formats);
  const { tensors, elements, bytesBefore, bytesAfter, impossible } = effect;
  if (tensors === 0) return undefined;
  const refused = impossible > 0 ? ` It can't be applied to ${impossible} of them.` : '';
  const whose = rule === undefined ? 'that no rule matches' : 'of this rule';
  return `On the ${count(tensors, 'tensor')} ${whose}: ${beforeAfter(bytesBefore, bytesAfter)}, ${bitsPerWeight(bytesAfter, elements)}.${refused}`;
}
