import { formatBytes } from '../../extension/core/byte-size';
import { element } from '../dom';
import { formatFigure, formatSeconds, plural } from '../figures';
import type { Applied, Evaluated } from '../state';
import { measurementText } from './figure-cards';
import { STALE_TEXT } from './figures-strip';

/** Where the cast checkpoint lies, and the proof that it is what the plan says. */
export function appliedPanel(applied: Applied): HTMLElement {
  const { folder, bytes, storedTensors, loader, seconds, stale } = applied;
  const proof = element(
    'p',
    { class: 'proof' },
    element('span', { class: 'mark', text: '✓', attributes: { 'aria-hidden': 'true' } }),
    `${plural(storedTensors, 'tensor')} read back, equal to the plan`,
  );
  return panel(
    'Written checkpoint',
    stale ? 'written for an earlier version of the policy' : undefined,
    element('p', { class: 'folder', text: folder }),
    proof,
    element('p', { class: 'quiet', text: `${formatBytes(bytes)} in ${formatSeconds(seconds)}` }),
    element('p', { class: 'quiet', text: loader }),
  );
}

/** Percentiles of the KL divergence, those of its tail first, in the order of llama.cpp's perplexity tool. */
const PERCENTILES = ['99.9', '99', '95', '50'];

/** What the figures were measured on, and how the divergence is spread. */
export function evaluationPanel({ report, stale }: Evaluated): HTMLElement {
  const { percentiles, max } = report.divergence.kl;
  const spread: (readonly [string, number])[] = [
    ['max', max],
    ...PERCENTILES.flatMap((key) => {
      const value = percentiles[key];
      return value === undefined ? [] : [[key === '50' ? 'median' : `${key}%`, value] as const];
    }),
  ];
  return panel(
    'Evaluation',
    stale ? STALE_TEXT : undefined,
    ...measurementText(report).map((text) => element('p', { class: 'quiet', text })),
    element(
      'table',
      { class: 'even' },
      element('caption', { text: 'KL divergence by position, nats' }),
      element('thead', {}, element('tr', {}, ...spread.map(([label]) => heading(label)))),
      element(
        'tbody',
        {},
        element('tr', {}, ...spread.map(([, value]) => element('td', { text: formatFigure(value, 3) }))),
      ),
    ),
  );
}

function heading(text: string): HTMLElement {
  return element('th', { text, attributes: { scope: 'col' } });
}

function panel(title: string, stale: string | undefined, ...children: readonly HTMLElement[]): HTMLElement {
  const note = stale === undefined ? [] : [element('p', { class: 'stale-note', text: stale })];
  return element('section', { class: 'panel' }, element('h2', { text: title }), ...note, ...children);
}
