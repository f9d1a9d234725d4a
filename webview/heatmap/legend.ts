import { formatBytes } from '../../extension/core/byte-size';
import { element } from '../dom';
import { formatShare, plural } from '../figures';
import type { ColourMode } from '../saved-state';
import { MIXED, type Heatmap } from '../state';
import { COLOURED_DTYPES, dtypeColour, mixtureColours, rampStops, type Ramp, type Tone } from '../theme/palette';
import { heatmapScale } from './scale';

/** What the colours of the heatmap mean. */
export function legend(heatmap: Heatmap, mode: ColourMode, tone: Tone): HTMLElement {
  const entries = mode === 'dtype' ? dtypeEntries(heatmap, tone) : amountEntries(heatmap, mode, tone);
  return element('div', { class: 'legend', attributes: { role: 'list', 'aria-label': 'Colours' } }, ...entries);
}

/** A sample of a colour. */
export function swatch(colour: string): HTMLElement {
  const made = element('span', { class: 'swatch', attributes: { 'aria-hidden': 'true' } });
  made.style.background = colour;
  return made;
}

function entry(sample: HTMLElement, text: string, title?: string): HTMLElement {
  return element('span', { class: 'legend-entry', title, attributes: { role: 'listitem' } }, sample, text);
}

function dtypeEntries({ blocks, dtypes }: Heatmap, tone: Tone): readonly HTMLElement[] {
  const tensors = new Map<number, number>();
  for (const { cells } of blocks) {
    cells.dtype.forEach((dtype, at) => tensors.set(dtype, (tensors.get(dtype) ?? 0) + cells.count[at]!));
  }
  const rank = (dtype: string): number => COLOURED_DTYPES.indexOf(dtype) + 1 || COLOURED_DTYPES.length + 1;
  const used = dtypes
    .map((dtype, index) => ({ dtype, count: tensors.get(index) ?? 0 }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => rank(a.dtype) - rank(b.dtype) || a.dtype.localeCompare(b.dtype))
    .map(({ dtype, count }) => entry(swatch(dtypeColour(dtype, tone)), dtype, plural(count, 'tensor')));
  const mixed = tensors.get(MIXED);
  return mixed ? [...used, entry(stripedSwatch(tone), 'mixed', plural(mixed, 'tensor'))] : used;
}

function stripedSwatch(tone: Tone): HTMLElement {
  const { ground, stripe } = mixtureColours(tone);
  return swatch(`repeating-linear-gradient(-45deg, ${ground} 0 3px, ${stripe} 3px 5px)`);
}

function amountEntries(heatmap: Heatmap, ramp: Ramp, tone: Tone): readonly HTMLElement[] {
  const column = ramp === 'bytes' ? 'bytesAfter' : 'error';
  const scale = heatmapScale(heatmap, column);
  const format = ramp === 'bytes' ? formatBytes : formatShare;
  const amounts = heatmap.blocks.flatMap(({ cells }) => cells[column] as readonly (number | null)[]);
  const entries: HTMLElement[] = [];
  if (amounts.includes(0))
    entries.push(entry(outlinedSwatch(mixtureColours(tone).ground), ramp === 'bytes' ? '0 B' : 'exact'));
  if (scale) {
    const bar = element('span', { class: 'ramp', attributes: { 'aria-hidden': 'true' } });
    bar.style.backgroundImage = `linear-gradient(to right, ${rampStops(ramp, tone).join(', ')})`;
    const ends = [format(scale.low), format(scale.high)];
    entries.push(element('span', { class: 'legend-entry', attributes: { role: 'listitem' } }, ends[0]!, bar, ends[1]!));
  }
  if (amounts.includes(null)) entries.push(entry(outlinedSwatch('transparent'), 'not measured yet'));
  return entries;
}

function outlinedSwatch(colour: string): HTMLElement {
  const made = swatch(colour);
  made.classList.add('outlined');
  return made;
}
