import { formatBits, formatBytes } from '../../extension/core/byte-size';
import { element } from '../dom';
import { formatCount } from '../figures';
import { swatch } from '../heatmap/legend';
import type { DtypeTotal, ReadyState } from '../state';
import { dtypeColour, type Tone } from '../theme/palette';

/** How the bytes fall on dtypes before and after: two bars on one scale, and the same in numbers. */
export function dtypeBreakdown({ dtypes, totals }: ReadyState, tone: Tone): HTMLElement {
  const most = Math.max(totals.bytesBefore, totals.bytesAfter);
  return element(
    'section',
    { class: 'panel' },
    element('h2', { text: 'Bytes by dtype' }),
    element(
      'div',
      { class: 'bars', attributes: { 'aria-hidden': 'true' } },
      bar('before', dtypes, 'bytesBefore', most, tone),
      bar('after', dtypes, 'bytesAfter', most, tone),
    ),
    table(dtypes, tone),
  );
}

function bar(
  label: string,
  dtypes: readonly DtypeTotal[],
  column: 'bytesBefore' | 'bytesAfter',
  most: number,
  tone: Tone,
): HTMLElement {
  const parts = dtypes
    .filter((total) => total[column] > 0)
    .map((total) => {
      const part = element('span', { class: 'bar-part', title: `${total.dtype}: ${formatBytes(total[column])}` });
      part.style.width = `${(total[column] / most) * 100}%`;
      part.style.background = dtypeColour(total.dtype, tone);
      return part;
    });
  return element(
    'div',
    { class: 'bar-row' },
    element('span', { class: 'bar-label', text: label }),
    element('div', { class: 'bar' }, ...parts),
  );
}

const HEADINGS = ['dtype', 'tensors', 'bytes', 'bits'];

function table(dtypes: readonly DtypeTotal[], tone: Tone): HTMLElement {
  const headings = HEADINGS.map((text) => element('th', { text, attributes: { scope: 'col' } }));
  return element(
    'table',
    {},
    element('caption', { class: 'visually-hidden', text: 'Tensors and bytes of each dtype, before and after' }),
    element('thead', {}, element('tr', {}, ...headings)),
    element('tbody', {}, ...dtypes.map((total) => row(total, tone))),
  );
}

function row(total: DtypeTotal, tone: Tone): HTMLElement {
  const { dtype, tensorsBefore, tensorsAfter, bytesBefore, bytesAfter, elementsBefore, elementsAfter } = total;
  const bits =
    elementsAfter > 0 ? (bytesAfter * 8) / elementsAfter : elementsBefore > 0 ? (bytesBefore * 8) / elementsBefore : 0;
  return element(
    'tr',
    {},
    element('th', { attributes: { scope: 'row' } }, swatch(dtypeColour(dtype, tone)), dtype),
    change(formatCount(tensorsBefore), formatCount(tensorsAfter)),
    change(formatBytes(bytesBefore), formatBytes(bytesAfter)),
    element('td', { text: formatBits(bits) }),
  );
}

function change(before: string, after: string): HTMLElement {
  return element(
    'td',
    {},
    element('span', { class: 'quiet', text: before }),
    element('span', { class: 'arrow', text: '→', attributes: { 'aria-label': 'to' } }),
    after,
  );
}
