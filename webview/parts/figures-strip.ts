import { element } from '../dom';
import type { ReadyState } from '../state';
import type { BudgetVerdict } from './budget-verdict';
import { figureCards, type FigureCard } from './figure-cards';

export const STALE_TEXT = 'measured for an earlier version of the policy';

/** The strip of figures under the header. */
export function figuresStrip(state: ReadyState): HTMLElement {
  return element(
    'section',
    { class: 'figures', attributes: { 'aria-label': 'Figures' } },
    ...figureCards(state).map(card),
  );
}

function card({ label, before, value, note, budget, absent, stale }: FigureCard): HTMLElement {
  const figure = element('div', { class: 'figure-value' });
  if (before !== undefined) {
    figure.append(
      element('span', { class: 'figure-before', text: before }),
      element('span', { class: 'arrow', text: '→', attributes: { 'aria-label': 'to' } }),
    );
  }
  figure.append(element('span', { text: value }));
  const noteText = element('div', { class: 'figure-note', text: note, title: note });
  const made = element(
    'div',
    { class: 'figure' },
    element('div', { class: 'figure-label', text: label }),
    figure,
    noteText,
    ...(budget ? [budgetNote(budget)] : []),
  );
  made.classList.toggle('absent', absent);
  made.classList.toggle('stale', stale);
  if (stale) made.title = STALE_TEXT;
  return made;
}

function budgetNote({ text, kept }: BudgetVerdict): HTMLElement {
  return element(
    'div',
    { class: kept ? 'budget-note' : 'budget-note over', title: text },
    element('span', { class: 'mark', text: kept ? '✓' : '✗', attributes: { 'aria-hidden': 'true' } }),
    text,
  );
}
