import { count } from '../../wording';
import { layersMeant } from '../completion/layers';
import type { HoverSite } from '../hover';
import { describeKey } from './key';

/** Which layers a range names in this model. */
export function describeLayers({ place, analysis, rule }: HoverSite): string | undefined {
  const { checkpoint, plan } = analysis;
  if (checkpoint.kind !== 'open') return describeKey(['rules', 0], 'layers');
  const { layerCount } = checkpoint.checkpoint.tree;
  const meant = layersMeant(place.text, layerCount);
  const matched = rule === undefined ? undefined : plan?.rules[rule]?.matched.length;
  if (meant === undefined) return `The model has ${count(layerCount, 'layer')}, counted from 0.`;
  return `Layers ${meant}.${matched === undefined ? '' : ` The rule selects ${count(matched, 'tensor')} there.`}`;
}
