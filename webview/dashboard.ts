import '@vscode-elements/elements/dist/vscode-badge/index.js';
import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-option/index.js';
import '@vscode-elements/elements/dist/vscode-progress-bar/index.js';
import '@vscode-elements/elements/dist/vscode-single-select/index.js';
import './dashboard.css';
import { element } from './dom';
import { dtypeBreakdown } from './parts/dtype-table';
import { figuresStrip } from './parts/figures-strip';
import { createHeader } from './parts/header';
import { createHeatmapPanel } from './parts/heatmap-panel';
import { createJobStrip } from './parts/job-strip';
import { createFailureBanner, statePage } from './parts/messages';
import { appliedPanel, evaluationPanel } from './parts/reports';
import { parseHostMessage, type JobProgress } from './protocol';
import type { DashboardState, ReadyState } from './state';
import { readTheme, watchTheme } from './theme/theme';
import { connectHost } from './vscode-api';

const host = connectHost();
const header = createHeader(host.send);
const job = createJobStrip();
const failure = createFailureBanner();
const figures = element('div');
const side = element('aside', { class: 'side', attributes: { 'aria-label': 'Breakdown' } });
const heatmap = createHeatmapPanel(host.saved, {
  revealRule: (ruleIndex) => host.send({ type: 'reveal-rule', ruleIndex }),
  revealTensor: (name) => host.send({ type: 'reveal-tensor', name }),
  lookChanged: host.save,
});
const body = element('div', { class: 'body' }, heatmap.element, side);
const message = element('div', { class: 'state' });
document.body.append(element('main', {}, header.element, failure.element, job.element, figures, message, body));

let shown: DashboardState = { kind: 'no-policy' };
let running: JobProgress | null = null;

const showState = (state: DashboardState): void => {
  shown = state;
  header.show(state, running !== null);
  const ready = state.kind === 'ready';
  body.hidden = figures.hidden = !ready;
  message.hidden = ready;
  if (ready) showReady(state);
  else message.replaceChildren(statePage(state));
};

const showReady = (state: ReadyState): void => {
  const { tone } = readTheme(document.body);
  if (host.saved.key !== state.key) host.save({ key: state.key });
  figures.replaceChildren(figuresStrip(state));
  showSide(state);
  heatmap.show(state, tone);
};

const showSide = (state: ReadyState): void => {
  const { tone } = readTheme(document.body);
  side.replaceChildren(
    dtypeBreakdown(state, tone),
    ...(state.applied ? [appliedPanel(state.applied)] : []),
    ...(state.evaluation ? [evaluationPanel(state.evaluation)] : []),
  );
};

window.addEventListener('message', (event: MessageEvent<unknown>) => {
  const arrived = performance.now();
  const received = parseHostMessage(event.data);
  switch (received?.type) {
    case 'state':
      showState(received.state);
      // How long a picture takes, for the profiler and the test that holds it.
      performance.measure('downcast:picture', { start: arrived });
      break;
    case 'progress':
      if (received.progress && !running) failure.show(null);
      running = received.progress;
      job.show(running);
      header.show(shown, running !== null);
      break;
    case 'failed':
      failure.show(received.message);
      break;
    case undefined:
      console.warn('Downcast: a message was not understood');
      break;
  }
});

const redraw = (): void => {
  if (shown.kind === 'ready') heatmap.redraw(readTheme(document.body).tone);
};
watchTheme(() => {
  if (shown.kind === 'ready') showSide(shown);
  redraw();
});
new ResizeObserver(redraw).observe(heatmap.element);
window.addEventListener('resize', redraw);

showState(shown);
host.send({ type: 'ready' });
