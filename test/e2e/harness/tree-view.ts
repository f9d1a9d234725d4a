import type { Locator, Page } from 'playwright-core';
import type { Palette } from './palette';

export interface TreeRow {
  /** From 1, the roots. */
  readonly level: number;
  readonly label: string;
  readonly description: string;
  /** Undefined for a row without children. */
  readonly expanded: boolean | undefined;
}

/** A view made of a tree, by the title in its header. */
export interface TreeView {
  /** Shows the view, wherever its container is, and gives it the focus. */
  show(): Promise<void>;
  /** The rows in view, from the top. */
  read(): Promise<TreeRow[]>;
  /** Expands a row, found by its label. */
  expand(label: string): Promise<void>;
  click(label: string): Promise<void>;
  /** Clicks one of the icons at the right of a row, by its tooltip. */
  clickRowAction(label: string, action: string): Promise<void>;
}

export function createTreeView(page: Page, palette: Palette, title: string): TreeView {
  const pane = page.locator('.pane', { has: page.locator(`.pane-header[aria-label^="${title} "]`) });
  const rows = pane.locator('.pane-body .monaco-list-row');
  const row = (label: string): Locator =>
    rows.filter({ has: page.locator('.label-name').getByText(label, { exact: true }) }).first();

  return {
    async show() {
      // Before it stands the title of the container, which the view may not know.
      await palette.pick(`>Focus on ${title} View`, endingIn(`: Focus on ${title} View`));
      await pane.locator('.pane-body').waitFor();
    },
    read: () =>
      rows.evaluateAll((elements) =>
        elements
          .map((element) => ({ element, top: element.getBoundingClientRect().top }))
          .sort((a, b) => a.top - b.top)
          .map(({ element }) => ({
            level: Number(element.getAttribute('aria-level')),
            label: element.querySelector('.label-name')?.textContent ?? '',
            description: element.querySelector('.label-description')?.textContent ?? '',
            expanded: element.hasAttribute('aria-expanded')
              ? element.getAttribute('aria-expanded') === 'true'
              : undefined,
          })),
      ),
    async expand(label) {
      await row(label).waitFor();
      if ((await row(label).getAttribute('aria-expanded')) === 'true') return;
      await row(label).click();
      await page.keyboard.press('ArrowRight');
    },
    click: (label) => row(label).click(),
    async clickRowAction(label, action) {
      await row(label).hover();
      await row(label).locator(`.actions .action-label[aria-label^="${action}"]`).click();
    },
  };
}

function endingIn(text: string): RegExp {
  return new RegExp(`${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
}
