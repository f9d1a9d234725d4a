import type { NumberFormat } from '../../../core/formats/format';
import { KEEP } from '../../../core/policy/read/dtype';
import { codePointsPicture } from '../../code-points-picture';
import { dtypeEffect, kindsOfChoice } from '../../dtype-effect';
import { describeFormat } from '../../format-text';
import { beforeAfter, bitsPerWeight, count } from '../../wording';
import type { HoverOptions, HoverSite } from '../hover';

/** A dtype: what it is, and what it does to the tensors of its rule. */
export function describeDtype(site: HoverSite): string | undefined {
  const { place, analysis } = site;
  const { formats } = analysis.snapshot;
  const { text } = place;
  if (text === KEEP) return '`keep`: copies the tensors byte for byte, whatever their dtype.';
  const found = formats.find(text) ?? formats.find(text.toLowerCase());
  if (!found) return undefined;
  return [describeDrawn(found.format, site.options), effectOn(site)].filter(Boolean).join('\n\n');
}

/** A format with a picture of its code points, where pictures can be drawn. */
export function describeDrawn(format: NumberFormat, { pictures }: HoverOptions): string {
  const picture = pictures ? codePointsPicture(format) : undefined;
  return picture === undefined ? describeFormat(format) : `${describeFormat(format)}\n\n${picture}`;
}

function effectOn({ analysis, context, rule }: HoverSite): string | undefined {
  const { snapshot, checkpoint } = analysis;
  const choice = rule === undefined ? snapshot.policy.default : snapshot.policy.rules[rule];
  if (checkpoint.kind !== 'open' || !choice?.dtype) return undefined;
  const index = context.indexOf(checkpoint.checkpoint.tree);
  const counts = kindsOfChoice(snapshot.policy, rule, index, context.matches);
  const effect = dtypeEffect(choice, counts, index, snapshot.formats);
  const { tensors, elements, bytesBefore, bytesAfter, impossible } = effect;
  if (tensors === 0) return undefined;
  const refused = impossible > 0 ? ` It can't be applied to ${impossible} of them.` : '';
  const whose = rule === undefined ? 'that no rule matches' : 'of this rule';
  return `On the ${count(tensors, 'tensor')} ${whose}: ${beforeAfter(bytesBefore, bytesAfter)}, ${bitsPerWeight(bytesAfter, elements)}.${refused}`;
}
