import type { Locator, Page } from 'playwright-core';

/** Quick open and the command palette: one input at the top, with a list under it. */
export interface Palette {
  /** Types into a fresh quick input and picks the row that carries this label. */
  pick(typed: string, label: string | RegExp): Promise<void>;
  /** Runs a command by the title the palette shows, category included: `File: Save`. */
  runCommand(title: string): Promise<void>;
  /** What the open list offers, for a command that asks something. */
  choices(): Promise<string[]>;
  /** Answers a command's question: types into the input that is already open, and accepts. */
  answer(typed: string): Promise<void>;
}

export function createPalette(page: Page): Palette {
  const widget = page.locator('.quick-input-widget');
  const input = widget.locator('.quick-input-box input');
  const rows = widget.locator('.quick-input-list .monaco-list-row');

  async function open(): Promise<void> {
    // The first key can be lost while the workbench is still starting, or to a webview's frame.
    for (let tries = 0; tries < 10; tries++) {
      await page.keyboard.press('F1');
      const shown = await input.waitFor({ state: 'visible', timeout: 1500 }).then(
        () => true,
        () => false,
      );
      if (shown) return;
    }
    throw new Error('the command palette does not open');
  }

  async function pick(typed: string, label: string | RegExp): Promise<void> {
    let offered: string[] = [];
    // A command or a file may be known only after the extension or the search has started.
    for (let tries = 0; tries < 6; tries++) {
      await open();
      await input.fill(typed);
      const row = rows
        .filter({ has: page.locator('.label-name', { hasText: typeof label === 'string' ? exactly(label) : label }) })
        .first();
      const found = await row.waitFor({ state: 'visible', timeout: 5000 }).then(
        () => true,
        () => false,
      );
      if (found) {
        await row.click();
        return;
      }
      offered = await labels(rows);
      await page.keyboard.press('Escape');
    }
    throw new Error(`no "${String(label)}" for "${typed}"; offered: ${offered.join(', ')}`);
  }

  return {
    pick,
    runCommand: (title) => pick(`>${title}`, title),
    choices: () => labels(rows),
    async answer(typed) {
      await input.waitFor({ state: 'visible' });
      await input.fill(typed);
      await page.keyboard.press('Enter');
    },
  };
}

function labels(rows: Locator): Promise<string[]> {
  return rows.locator('.label-name').allInnerTexts();
}

function exactly(text: string): RegExp {
  return new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
}
