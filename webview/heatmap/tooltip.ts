import { element } from '../dom';
import type { CellText } from './cell-text';
import type { Box } from './layout';

export interface Tooltip {
  readonly element: HTMLElement;
  /** Shows beside a box given in the window's pixels, on whichever side there is room. */
  show(text: CellText, beside: Box): void;
  hide(): void;
}

const DISTANCE = 10;
const EDGE = 4;

export function createTooltip(): Tooltip {
  const tip = element('div', { class: 'tooltip', attributes: { role: 'tooltip' } });
  tip.hidden = true;
  return {
    element: tip,
    show(text, beside) {
      tip.replaceChildren(
        element('div', { class: 'tooltip-title', text: text.title }),
        element(
          'dl',
          {},
          ...text.lines.flatMap(([label, value]) => [element('dt', { text: label }), element('dd', { text: value })]),
        ),
        element('div', { class: 'tooltip-keys', text: 'Enter: its rule. Shift+Enter: the tensor.' }),
      );
      tip.hidden = false;
      const { offsetWidth: width, offsetHeight: height } = tip;
      const right = beside.left + beside.width + DISTANCE;
      const below = beside.top + beside.height + DISTANCE;
      const left = right + width + EDGE <= window.innerWidth ? right : beside.left - DISTANCE - width;
      const top = below + height + EDGE <= window.innerHeight ? below : beside.top - DISTANCE - height;
      tip.style.left = `${clamp(left, window.innerWidth - width - EDGE)}px`;
      tip.style.top = `${clamp(top, window.innerHeight - height - EDGE)}px`;
    },
    hide() {
      tip.hidden = true;
    },
  };
}

function clamp(value: number, most: number): number {
  return Math.max(EDGE, Math.min(most, value));
}
