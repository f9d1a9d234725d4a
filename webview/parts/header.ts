import type { VscodeButton } from '@vscode-elements/elements/dist/vscode-button/index.js';
import { element, setText } from '../dom';
import { plural } from '../figures';
import type { Unversioned, WebviewMessage } from '../protocol';
import type { DashboardState } from '../state';

export interface Header {
  readonly element: HTMLElement;
  show(state: DashboardState, running: boolean): void;
}

/** Names of policy and checkpoint, findings, and the jobs that can be run. */
export function createHeader(send: (message: Unversioned<WebviewMessage>) => void): Header {
  const policy = element('h1');
  const checkpoint = element('span', { class: 'checkpoint' });
  const arrow = element('span', { class: 'arrow', text: '→', attributes: { 'aria-label': 'for' } });
  const findings = element('vscode-badge');
  const apply = button('Apply downcast', () => send({ type: 'apply' }));
  const evaluate = button('Evaluate', () => send({ type: 'evaluate' }), true);
  const cancel = button('Cancel', () => send({ type: 'cancel' }), true);
  const actions = element('div', { class: 'actions' }, apply, evaluate, cancel);
  const blocked = element('p', { class: 'blocked' });
  const made = element(
    'header',
    { class: 'top' },
    element('div', { class: 'names' }, policy, arrow, checkpoint, findings),
    actions,
    blocked,
  );
  return {
    element: made,
    show(state, running) {
      made.hidden = state.kind === 'no-policy';
      if (state.kind === 'no-policy') return;
      setText(policy, state.policy);
      const named = 'checkpoint' in state;
      setText(checkpoint, named ? state.checkpoint : '');
      arrow.hidden = !named;
      const ready = state.kind === 'ready' ? state : undefined;
      const text = ready ? findingsText(ready.findings) : '';
      setText(findings, text);
      findings.hidden = text === '';
      findings.title = 'Findings in the policy';
      actions.hidden = !ready;
      apply.hidden = evaluate.hidden = running;
      cancel.hidden = !running;
      const stopped = ready?.blocked ?? (ready && ready.findings.errors > 0 ? ERRORS_FIRST : null);
      apply.disabled = evaluate.disabled = stopped !== null;
      setText(blocked, stopped ?? '');
      blocked.hidden = stopped === null;
    },
  };
}

const ERRORS_FIRST = 'Settle the errors in the policy to apply or evaluate it.';

function findingsText({ errors, warnings }: { readonly errors: number; readonly warnings: number }): string {
  const parts = [errors > 0 ? plural(errors, 'error') : '', warnings > 0 ? plural(warnings, 'warning') : ''];
  return parts.filter((part) => part !== '').join(', ');
}

function button(text: string, pressed: () => void, secondary = false): VscodeButton {
  const made = element('vscode-button', { text });
  made.secondary = secondary;
  // A disabled element takes no clicks of a mouse, but those of scripts and of some assistive technology.
  made.addEventListener('click', () => {
    if (!made.disabled) pressed();
  });
  return made;
}
