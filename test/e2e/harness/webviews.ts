import { setTimeout as sleep } from 'node:timers/promises';
import type { Frame, Page } from 'playwright-core';

/**
 * The document of a webview, by the title of its tab or view, or by its own `<title>`.
 *
 * A webview sits two frames deep, and setting its html anew replaces the inner one: ask again
 * after that.
 */
export async function findWebview(page: Page, title: string, timeoutMs = 30_000): Promise<Frame> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const titles: string[] = [];
    for (const frame of page.frames()) {
      const outer = frame.parentFrame();
      if (outer === null || !outer.url().includes('/webview/browser/pre/index.html')) continue;
      const found = await describe(frame).catch(() => undefined);
      if (found === undefined) continue;
      if (found.titles.includes(title) && found.filled) return frame;
      titles.push(...found.titles);
    }
    if (Date.now() > deadline) throw new Error(`no webview "${title}"; there are: ${titles.join(', ')}`);
    await sleep(100);
  }
}

/** A frame can go at any moment; then this rejects. */
async function describe(frame: Frame): Promise<{ titles: string[]; filled: boolean }> {
  const element = await frame.frameElement();
  const [id, tab] = [await element.getAttribute('id'), await element.getAttribute('title')];
  const filled = id === 'active-frame' && (await frame.evaluate(() => document.body.childElementCount > 0));
  return { titles: [tab ?? '', await frame.title()].filter((title) => title !== ''), filled };
}
