import { element } from '../dom';
import type { DashboardState } from '../state';

/** A page-wide message for the states that have nothing to draw yet. */
export function statePage(state: Exclude<DashboardState, { kind: 'ready' }>): HTMLElement {
  switch (state.kind) {
    case 'no-policy':
      return page('No policy is open', 'Open a dtype policy (*.dtype.yaml) to see what it makes of its checkpoint.');
    case 'no-checkpoint':
      return page('No checkpoint yet', 'Name one in the policy: checkpoint: path/to/the/model');
    case 'loading': {
      const bar = element('vscode-progress-bar', { attributes: { 'aria-label': 'Reading the checkpoint' } });
      bar.indeterminate = true;
      return page('Reading the checkpoint', 'Only headers are read, not the weights.', bar);
    }
    case 'unreadable': {
      const made = page('The checkpoint can not be read', state.message);
      made.classList.add('unreadable');
      made.setAttribute('role', 'alert');
      return made;
    }
  }
}

function page(title: string, text: string, ...more: readonly HTMLElement[]): HTMLElement {
  return element('section', { class: 'state-page' }, element('h2', { text: title }), element('p', { text }), ...more);
}

export interface FailureBanner {
  readonly element: HTMLElement;
  show(message: string | null): void;
}

/** What went wrong with a job, until it is dismissed or another job runs. */
export function createFailureBanner(): FailureBanner {
  const text = element('span');
  const dismiss = element('button', { class: 'tool', text: '✕', attributes: { 'aria-label': 'Dismiss' } });
  const banner = element('div', { class: 'failure', attributes: { role: 'alert' } }, text, dismiss);
  banner.hidden = true;
  dismiss.addEventListener('click', () => (banner.hidden = true));
  return {
    element: banner,
    show(message) {
      text.textContent = message ?? '';
      banner.hidden = message === null;
    },
  };
}
