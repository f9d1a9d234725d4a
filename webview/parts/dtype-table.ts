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

const HEADINGS = ['dtype', 'tensors', 'before', 'after', 'bits'];

function table(dtypes: readonly DtypeTotal[], tone: Tone): HTMLElement {
  const headings = HEADINGS.map((text) => element('th', { text, attributes: { scope: 'col' } }));
  return element(
    'table',
    {},
    element('caption', { class: 'visually-hidden', text: 'Tensors after, bytes before and after, bits per weight' }),
    element('thead', {}, element('tr', {}, ...headings)),
    element('tbody', {}, ...dtypes.map((total) => row(total, tone))),
  );
}

function row(total: DtypeTotal, tone: Tone): HTMLElement {
  const { dtype, tensorsAfter, bytesBefore, bytesAfter, elementsAfter } = total;
  return element(
    'tr',
    {},
    element('th', { attributes: { scope: 'row' } }, swatch(dtypeColour(dtype, tone)), dtype),
    amount(tensorsAfter, formatCount),
    amount(bytesBefore, formatBytes),
    amount(bytesAfter, formatBytes),
    amount(elementsAfter === 0 ? 0 : (bytesAfter * 8) / elementsAfter, formatBits),
  );
}

/** Nothing is a dash, so that what there is stands out. */
function amount(value: number, format: (value: number) => string): HTMLElement {
  return value === 0 ? element('td', { class: 'quiet', text: '–' }) : element('td', { text: format(value) });
}
