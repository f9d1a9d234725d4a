import { finding } from '../../policy/finding';
import { resolveLayers } from '../../policy/layers';
import type { LayerRange } from '../../policy/policy';
import type { DraftCheck } from '../draft';

/** Layers that the model does not have, and ranges that are empty in a model of its depth. */
export const layersOutOfRange: DraftCheck = (policy, { tree }) =>
  policy.rules.flatMap((rule) =>
    (rule.layers?.value ?? []).flatMap((range) => {
      const { first, last, outside } = resolveLayers(range, tree.layerCount);
      const empty = first > last;
      if (!empty && !outside) return [];
      const message = `${print(range)} ${empty ? 'is no layer' : 'is partly outside'}: ${has(tree.layerCount)}`;
      return [finding('layers-out-of-range', empty ? 'error' : 'warning', range.range, `layers ${message}`)];
    }),
  );

function print({ from, to }: LayerRange): string {
  return from === to ? `${from}` : `${from}..${to}`;
}

function has(count: number): string {
  if (count === 0) return 'no tensor of the checkpoint is in a layer';
  return count === 1 ? 'the model has layer 0 only' : `the model has layers 0 to ${count - 1}`;
}
