import type { Fields } from './fields';
import { windowOf } from './sliding-window';

/** Windows of Qwen's layers: with `use_sliding_window`, from layer `max_window_layers` on. */
export function qwenWindow(fields: Fields): (layer: number) => number | undefined {
  const window = fields.flag('use_sliding_window', false) ? fields.optional('sliding_window', 4096) : undefined;
  const first = fields.whole('max_window_layers', 28);
  return windowOf(fields, window, (layer) => layer >= first);
}
