import type { Fields } from './fields';
import { Refusal } from './refusal';

/**
 * The window of each layer, undefined for one that sees all. `layer_types` of config.json decides; without it
 * `slides`, the family's own rule.
 */
export function windowOf(
  fields: Fields,
  window: number | undefined,
  slides: (layer: number) => boolean,
): (layer: number) => number | undefined {
  const types = fields.list('layer_types');
  const stray = types?.find((type) => type !== 'sliding_attention' && type !== 'full_attention');
  if (stray !== undefined) throw new Refusal(`layer_types ${JSON.stringify(stray)} is not implemented`);
  return (layer) => ((types ? types[layer] === 'sliding_attention' : slides(layer)) ? window : undefined);
}
