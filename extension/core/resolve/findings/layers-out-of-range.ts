import { finding, replacement, type Fix } from '../../policy/finding';
import { resolveLayers } from '../../policy/layers';
import type { LayerRange, Rule } from '../../policy/policy';
import { spell } from '../../policy/syntax';
import type { DraftCheck } from '../draft';

/** Layers that the model does not have, and ranges that are empty in a model of its depth. */
export const layersOutOfRange: DraftCheck = (policy, { tree }) =>
  policy.rules.flatMap((rule) =>
    (rule.layers?.value ?? []).flatMap((range) => {
      const { first, last, outside } = resolveLayers(range, tree.layerCount);
      const empty = first > last;
      if (!empty && !outside) return [];
      const message = `${print(range)} ${empty ? 'is no layer' : 'is partly outside'}: ${has(tree.layerCount)}`;
      const fixes = withinModel(range, rule, tree.layerCount);
      return [finding('layers-out-of-range', empty ? 'error' : 'warning', range.range, `layers ${message}`, { fixes })];
    }),
  );

/** What is left of the text a range stands in when it is cut to the model: the same layers, said as they are. */
function withinModel({ range }: LayerRange, { layers }: Rule, count: number): readonly Fix[] {
  const parts = (layers?.value ?? []).filter((each) => each.range === range);
  const left = parts.flatMap((part) => {
    const { first, last, outside } = resolveLayers(part, count);
    if (first > last) return [];
    return [outside ? print({ from: first, to: last }) : print(part)];
  });
  if (left.length === 0) return [];
  const text = left.join(', ');
  return [replacement(`Write ${text}`, range, left.length > 1 ? spell(text, 'double') : text, true)];
}

function print({ from, to }: Pick<LayerRange, 'from' | 'to'>): string {
  return from === to ? `${from}` : `${from}..${to}`;
}

function has(count: number): string {
  if (count === 0) return 'no tensor of the checkpoint is in a layer';
  return count === 1 ? 'the model has layer 0 only' : `the model has layers 0 to ${count - 1}`;
}
