import type { Page } from 'playwright-core';
import type { Palette } from './palette';

export interface Problem {
  readonly file: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
  readonly source: string;
  readonly code: string;
  /** From 1, as the editor counts. */
  readonly line: number;
  readonly column: number;
}

/** The Problems panel. */
export interface Problems {
  /** The problems in view, from the top; opens the panel if it is not. */
  read(): Promise<Problem[]>;
}

export function createProblems(page: Page, palette: Palette): Problems {
  const panel = page.locator('.markers-panel-container');
  const rows = panel.locator('.tree-container .monaco-list-row');

  return {
    async read() {
      if (!(await panel.isVisible())) {
        await palette.runCommand('Problems: Focus on Problems View');
        await panel.waitFor();
      }
      return await rows.evaluateAll((elements): Problem[] => {
        const text = (element: Element, selector: string) => element.querySelector(selector)?.textContent ?? '';
        const shown = elements
          .map((element) => ({ element, top: element.getBoundingClientRect().top }))
          .sort((a, b) => a.top - b.top);
        const problems: Problem[] = [];
        let file = '';
        for (const { element } of shown) {
          const level = element.getAttribute('aria-level');
          if (level === '1') file = text(element, '.label-name');
          const icon = element.querySelector('.marker-icon');
          if (level !== '2' || icon === null) continue;
          const place = /Ln (\d+), Col (\d+)/.exec(text(element, '.marker-line'));
          problems.push({
            file,
            severity: icon.classList.contains('error')
              ? 'error'
              : icon.classList.contains('warning')
                ? 'warning'
                : 'info',
            message: [...element.querySelectorAll('.marker-message')].map((line) => line.textContent).join('\n'),
            source: text(element, '.marker-source'),
            code: text(element, '.marker-code'),
            line: Number(place?.[1]),
            column: Number(place?.[2]),
          });
        }
        return problems;
      });
    },
  };
}
