import type { Page } from 'playwright-core';
import { chooseWithArrows } from './arrow-keys';

export interface Suggestion {
  readonly label: string;
  /** The text after the label, if the list shows one: of the chosen row only, by default. */
  readonly detail: string;
}

/** The editor's list of suggestions. */
export interface Suggestions {
  /** Opens the list at the cursor, if it is not open, and reads the rows in view. */
  trigger(): Promise<Suggestion[]>;
  /** The rows in view, none while the list is closed. */
  read(): Promise<Suggestion[]>;
  /** Accepts a suggestion by its label; the list must be open. */
  accept(label: string): Promise<void>;
}

export function createSuggestions(page: Page): Suggestions {
  const widget = page.locator('.suggest-widget.visible');
  const rows = widget.locator('.monaco-list-row');
  const focused = widget.locator('.monaco-list-row.focused .label-name');

  const read = (): Promise<Suggestion[]> =>
    rows.evaluateAll((elements) =>
      elements
        .map((element) => ({
          top: element.getBoundingClientRect().top,
          label: element.querySelector('.label-name')?.textContent ?? '',
          detail: element.querySelector('.details-label')?.textContent ?? '',
        }))
        .sort((a, b) => a.top - b.top)
        .map(({ label, detail }) => ({ label, detail })),
    );

  return {
    read,
    async trigger() {
      // A second Ctrl+Space on an open list would toggle its details.
      if (!(await rows.first().isVisible())) await page.keyboard.press('Control+Space');
      await rows.first().waitFor({ state: 'visible' });
      return read();
    },
    async accept(label) {
      await rows.first().waitFor({ state: 'visible' });
      await chooseWithArrows(page, focused, label);
      await widget.waitFor({ state: 'hidden' });
    },
  };
}
