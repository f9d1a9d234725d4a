import type { Locator, Page } from 'playwright-core';

/**
 * Moves down a list with the arrow key until the focused row reads as wanted, then presses Enter.
 * Lists in pop-ups do not take the mouse until it has moved.
 */
export async function chooseWithArrows(page: Page, focusedLabel: Locator, wanted: string): Promise<void> {
  await focusedLabel.waitFor();
  const seen = new Set<string>();
  for (;;) {
    const current = (await focusedLabel.innerText()).trim();
    if (current === wanted) break;
    if (seen.has(current)) throw new Error(`no "${wanted}" among ${[...seen].join(', ')}`);
    seen.add(current);
    await page.keyboard.press('ArrowDown');
  }
  await page.keyboard.press('Enter');
}
