import { CompletionItemKind } from 'vscode-languageserver-types';
import type { Granularity } from '../../../core/formats/format';
import { located } from '../../../core/policy/range';
import type { DtypeChoice } from '../../../core/policy/policy';
import { printGranularity } from '../../../core/policy/read/scale';
import { dtypeEffect, kindsOfChoice } from '../../dtype-effect';
import { beforeAfter, bitsPerWeight } from '../../wording';
import type { ValueSite } from '../completion';
import type { Proposal } from './item';

const GROUPS: readonly number[] = [16, 32, 64, 128, 256, 512];

const SCALES: readonly Granularity[] = [
  { kind: 'channel' },
  { kind: 'tensor' },
  ...GROUPS.map((size): Granularity => ({ kind: 'group', size })),
  { kind: 'block', rows: 128, columns: 128 },
  { kind: 'none' },
];

/** Granularities that the rule's format takes and that divide the rows of its tensors, with what they cost. */
export function completeScales(site: ValueSite): Promise<readonly Proposal[]> {
  return completeGranularities(site, SCALES, printGranularity);
}

/** Group sizes for `group:`. */
export function completeGroups(site: ValueSite): Promise<readonly Proposal[]> {
  const groups = SCALES.filter(({ kind }) => kind === 'group');
  return completeGranularities(site, groups, (scale) => printGranularity(scale).replace('group ', ''));
}

async function completeGranularities(
  { place, snapshot, context, rule }: ValueSite,
  scales: readonly Granularity[],
  print: (scale: Granularity) => string,
): Promise<readonly Proposal[]> {
  const choice: DtypeChoice | undefined = rule === undefined ? snapshot.policy.default : snapshot.policy.rules[rule];
  const format = choice?.dtype && snapshot.formats.find(choice.dtype.value)?.format;
  const taken = format ? scales.filter(({ kind }) => format.granularities.includes(kind)) : scales;
  const linked = await context.analyses.checkpointOf(snapshot);
  if (linked.kind !== 'open' || !choice || !format) return taken.map((scale) => proposal(print(scale), undefined));
  const index = context.indexOf(linked.checkpoint.tree);
  const counts = kindsOfChoice(snapshot.policy, rule, index, context.matches);
  return taken.flatMap((scale) => {
    const key = 'scale' as const;
    const wanted = { ...choice, scale: { ...located(scale, place.range), key } };
    const effect = dtypeEffect(wanted, counts, index, snapshot.formats);
    if (effect.impossible > 0) return [];
    const { bytesBefore, bytesAfter, elements, tensors } = effect;
    const detail = `${beforeAfter(bytesBefore, bytesAfter)}, ${bitsPerWeight(bytesAfter, elements)}`;
    return [proposal(print(scale), tensors > 0 ? detail : undefined)];
  });
}

function proposal(label: string, detail: string | undefined): Proposal {
  return { label, kind: CompletionItemKind.EnumMember, ...(detail === undefined ? {} : { detail }) };
}
