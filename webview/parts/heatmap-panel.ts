import { element } from '../dom';
import { createHeatmapView, type HeatmapEvents, type HeatmapLook, type HeatmapView } from '../heatmap/heatmap-view';
import { legend } from '../heatmap/legend';
import { COLOUR_MODES, type ColourMode } from '../saved-state';
import type { ReadyState } from '../state';
import type { Tone } from '../theme/palette';

const MODE_TEXT: Readonly<Record<ColourMode, string>> = {
  dtype: 'dtype',
  bytes: 'bytes after',
  error: 'relative error',
};

export interface HeatmapPanel {
  readonly element: HTMLElement;
  show(state: ReadyState, tone: Tone): void;
  /** After a change of theme or size. */
  redraw(tone: Tone): void;
}

/** The heatmap with its legend, the choice of what colours say, and zoom. */
export function createHeatmapPanel(start: HeatmapLook, events: HeatmapEvents): HeatmapPanel {
  let colour = start.colour;
  let shown: ReadyState | undefined;
  let tone: Tone = 'dark';
  const view = createHeatmapView(start, events);
  const key = element('div', { class: 'legend-place' });
  const showLegend = (): void => {
    if (shown) key.replaceChildren(legend(shown.heatmap, colour, tone));
  };
  const choose = (mode: ColourMode): void => {
    colour = mode;
    view.setColour(mode);
    showLegend();
  };
  const toolbar = element('div', { class: 'toolbar' }, colourChoice(colour, choose), key, zoomButtons(view));
  return {
    element: element(
      'section',
      { class: 'heatmap-panel', attributes: { 'aria-label': 'Heatmap' } },
      toolbar,
      view.element,
    ),
    show(state, newTone) {
      [shown, tone] = [state, newTone];
      showLegend();
      view.show(state);
    },
    redraw(newTone) {
      tone = newTone;
      showLegend();
      view.redraw();
    },
  };
}

function colourChoice(chosen: ColourMode, choose: (mode: ColourMode) => void): HTMLElement {
  const options = COLOUR_MODES.map((mode) => {
    const option = element('vscode-option', { text: MODE_TEXT[mode], attributes: { value: mode } });
    option.selected = mode === chosen;
    return option;
  });
  const select = element('vscode-single-select', { attributes: { 'aria-label': 'Colour by' } }, ...options);
  select.addEventListener('change', () => {
    const mode = COLOUR_MODES.find((each) => each === select.value);
    if (mode) choose(mode);
  });
  return element('label', { class: 'colour-choice' }, element('span', { text: 'Colour by' }), select);
}

function zoomButtons(view: HeatmapView): HTMLElement {
  const make = (text: string, label: string, direction: 1 | -1 | 0): HTMLElement => {
    const made = element('button', { class: 'tool', text, title: label, attributes: { 'aria-label': label } });
    made.addEventListener('click', () => view.zoom(direction));
    return made;
  };
  return element(
    'div',
    { class: 'zoom', attributes: { role: 'group', 'aria-label': 'Zoom' } },
    make('−', 'Zoom out (-)', -1),
    make('Fit', 'Fit to the window (0)', 0),
    make('+', 'Zoom in (+)', 1),
  );
}
