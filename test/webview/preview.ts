import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { FRESH } from '../../webview/saved-state';
import { openDashboard, type Bundle, type DashboardPage, type PageOptions } from './dashboard-page';
import { PREVIEWS, type Preview } from './preview-states';
import { THEMES, type ThemeName } from './themes';

/** Opens the dashboard and brings it into a state. */
export async function openPreview(
  browser: Browser,
  bundle: Bundle,
  { state, progress, failed, colour, keys = [] }: Preview,
  options: PageOptions,
): Promise<DashboardPage> {
  const saved = colour ? { ...FRESH, colour } : options.saved;
  const dashboard = await openDashboard(browser, bundle, { ...options, saved });
  await dashboard.send({ type: 'state', state });
  if (progress) await dashboard.send({ type: 'progress', progress });
  if (failed !== undefined) await dashboard.send({ type: 'failed', message: failed });
  if (keys.length > 0) await dashboard.page.locator('[role=grid]').press('ArrowDown');
  for (const key of keys) await dashboard.page.keyboard.press(key);
  await dashboard.page.evaluate(() => new Promise(requestAnimationFrame));
  return dashboard;
}

const WIDTHS = [1400, 600] as const;

/** Takes a picture of every state in every theme: `<folder>/<theme>/<state>[-600].png`. */
export async function takeScreenshots(
  browser: Browser,
  bundle: Bundle,
  folder: string,
  wanted: (theme: ThemeName, state: string, width: number) => boolean = () => true,
): Promise<void> {
  const made = new Map(Object.entries(PREVIEWS).map(([name, make]) => [name, make] as const));
  for (const [name, make] of made) {
    let preview: Preview | undefined;
    for (const theme of Object.keys(THEMES) as ThemeName[]) {
      await mkdir(path.join(folder, theme), { recursive: true });
      for (const width of WIDTHS) {
        if (!wanted(theme, name, width)) continue;
        preview ??= make();
        const options = { theme, width, height: width === 600 ? 1100 : 900, pixelRatio: width === 600 ? 2 : 1 };
        const { page, faults } = await openPreview(browser, bundle, preview, options);
        const file = path.join(folder, theme, `${name}${width === 1400 ? '' : `-${width}`}.png`);
        await page.screenshot({ path: file });
        if (faults.length > 0) console.error(`${theme}/${name}: ${faults.join('; ')}`);
        await page.close();
      }
    }
  }
}
