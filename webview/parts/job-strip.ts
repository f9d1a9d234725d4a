import type { VscodeProgressBar } from '@vscode-elements/elements/dist/vscode-progress-bar/index.js';
import { formatBytes } from '../../extension/core/byte-size';
import { element, setText } from '../dom';
import { formatCount } from '../figures';
import type { JobProgress } from '../protocol';

export interface JobStrip {
  readonly element: HTMLElement;
  show(progress: JobProgress | null): void;
}

/** How the running job stands; hidden when there is none. */
export function createJobStrip(): JobStrip {
  const phase = element('span', { class: 'job-phase' });
  const amount = element('span', { class: 'job-amount' });
  const detail = element('span', { class: 'job-detail' });
  const bar: VscodeProgressBar = element('vscode-progress-bar');
  const strip = element(
    'section',
    { class: 'job', attributes: { 'aria-label': 'Progress' } },
    element('div', { class: 'job-text' }, phase, amount, detail),
    bar,
  );
  strip.hidden = true;
  return {
    element: strip,
    show(progress) {
      strip.hidden = progress === null;
      if (!progress) return;
      setText(phase, progress.phase);
      setText(amount, amountText(progress));
      setText(detail, progress.detail);
      bar.ariaLabel = progress.phase;
      bar.indeterminate = progress.total <= 0;
      bar.max = Math.max(1, progress.total);
      bar.value = progress.done;
    },
  };
}

function amountText({ unit, done, total }: JobProgress): string {
  if (total <= 0) return '';
  return unit === 'bytes'
    ? `${formatBytes(done)} of ${formatBytes(total)}`
    : `${formatCount(done)} of ${formatCount(total)} ${unit}`;
}
