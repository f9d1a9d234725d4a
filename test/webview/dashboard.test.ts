import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest';
import type { FRESH } from '../../webview/saved-state';
import type { ReadyState } from '../../webview/state';
import { parseHex } from '../../webview/theme/contrast';
import { dtypeColour } from '../../webview/theme/palette';
import { headers, llama, TINY } from './checkpoints';
import {
  bundleDashboard,
  launchChromium,
  openDashboard,
  type Bundle,
  type DashboardPage,
  type PageOptions,
} from './dashboard-page';
import { openPreview } from './preview';
import { MIXED_POLICY, PREVIEWS } from './preview-states';
import { APPLIED, readyState, REPORT } from './ready-state';
import { syntheticState } from './synthetic-state';

let browser: Browser | undefined;
let bundle: Bundle;

beforeAll(async () => {
  [browser, bundle] = await Promise.all([launchChromium(), bundleDashboard()]);
}, 300_000);

afterAll(async () => {
  await browser?.close();
});

const tiny = readyState(MIXED_POLICY, headers(llama(TINY), 'F32'));

/** Runs a test on an open dashboard; whatever it did, the page must not have complained. */
async function onDashboard(
  context: TestContext,
  options: PageOptions,
  act: (dashboard: DashboardPage) => Promise<void>,
): Promise<void> {
  if (!browser) return context.skip('no Chromium was found');
  const dashboard = await openDashboard(browser, bundle, options);
  try {
    await act(dashboard);
    expect(dashboard.faults).toEqual([]);
  } finally {
    await dashboard.page.close();
  }
}

/** What the canvas shows at a point of the window. */
async function colourAt(page: Page, x: number, y: number): Promise<readonly number[]> {
  return page.evaluate(
    ([left, top]) => {
      const canvas = document.querySelector('canvas')!;
      const box = canvas.getBoundingClientRect();
      const scale = canvas.width / box.width;
      // Read from a copy: a canvas that is read often is drawn differently, and says so in the console.
      const copy = new OffscreenCanvas(1, 1).getContext('2d')!;
      copy.drawImage(canvas, (left - box.left) * scale, (top - box.top) * scale, 1, 1, 0, 0, 1, 1);
      return [...copy.getImageData(0, 0, 1, 1).data.slice(0, 3)];
    },
    [x, y] as const,
  );
}

const grid = (page: Page) => page.locator('[role=grid]');

/** Finds a cell by moving the mouse over the grid until the tooltip names it; a point inside, in the window. */
async function findCell(page: Page, title: string): Promise<{ readonly x: number; readonly y: number }> {
  const found = await grid(page).evaluate((box, wanted) => {
    const { left, top, right, bottom } = box.getBoundingClientRect();
    const tooltip = document.querySelector<HTMLElement>('.tooltip')!;
    for (let y = top + 20; y < bottom; y += 9) {
      for (let x = left + 100; x < right; x += 30) {
        box.dispatchEvent(new MouseEvent('mousemove', { clientX: x, clientY: y }));
        if (!tooltip.hidden && tooltip.firstElementChild!.textContent === wanted) return { x, y };
      }
    }
    return undefined;
  }, title);
  if (!found) throw new Error(`no cell says ${title}`);
  return found;
}

describe('the dashboard in Chromium', () => {
  test('asks for its state, shows it, and breaks no content security policy', (context) =>
    onDashboard(context, {}, async ({ page, send, posted }) => {
      await expect.poll(posted).toEqual([{ version: 1, type: 'ready' }]);
      expect(await page.textContent('.state-page h2')).toBe('No policy is open');
      await send({ type: 'state', state: { ...tiny, applied: APPLIED, evaluation: { report: REPORT, stale: false } } });
      await page.waitForSelector('canvas');
      expect(await page.textContent('.names')).toContain('tiny.dtype.yaml→tiny-sotu');
      expect(await page.locator('.figure-value').allTextContents()).toEqual([
        '21.9 MB→5.52 MB',
        '32.00→8.06',
        '18.64→18.90',
        '0.01342',
        '94.32%',
      ]);
      expect(await page.textContent('.proof')).toContain('86 tensors read back, equal to the plan');
      expect(await page.locator('.legend-entry').allTextContents()).toEqual([
        'fp32',
        'bf16',
        'fp8_e4m3',
        'int8',
        'int4',
        'nf4',
      ]);
    }));

  test('paints a cell in the colour of its dtype', (context) =>
    onDashboard(context, {}, async ({ page, send }) => {
      await send({ type: 'state', state: tiny });
      const wanted: readonly (readonly [string, string])[] = [
        ['model.embed_tokens.weight', 'bf16'],
        ['model.layers.0.self_attn.v_proj.weight', 'nf4'],
        ['model.layers.1.self_attn.v_proj.weight', 'fp8_e4m3'],
        ['model.layers.3.mlp.down_proj.weight', 'int8'],
        ['model.layers.5.mlp.up_proj.weight', 'int4'],
      ];
      for (const [name, dtype] of wanted) {
        const { x, y } = await findCell(page, name);
        await page.mouse.move(2, 2);
        await page.evaluate(() => new Promise(requestAnimationFrame));
        // Some of these points are clear of the cell's text.
        const colours = await Promise.all([-6, -4, 0, 4, 6].map((down) => colourAt(page, x, y + down)));
        expect(colours, name).toContainEqual([...parseHex(dtypeColour(dtype, 'dark'))]);
      }
    }));

  test('is walked by keyboard, says where it is, and opens rules and tensors', (context) =>
    onDashboard(context, {}, async ({ page, send, posted }) => {
      await send({ type: 'state', state: tiny });
      await grid(page).focus();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowRight');
      const active = await grid(page).getAttribute('aria-activedescendant');
      expect(await page.textContent(`#${active}`)).toBe('self_attn.k_proj');
      expect(
        await page.locator(`#${active}`).evaluate((cell) => cell.parentElement!.getAttribute('aria-rowindex')),
      ).toBe('3');
      expect(await page.locator('.heatmap [aria-live]').textContent()).toMatch(
        /^layer 0, model\.layers\.0\.self_attn\.k_proj\.weight: dtype fp32 → fp8_e4m3 channel, shape 128 × 256/,
      );
      expect(await page.isVisible('.tooltip')).toBe(true);
      await page.keyboard.press('Enter');
      await page.keyboard.press('Shift+Enter');
      await page.keyboard.press('Control+Home');
      await page.keyboard.press('Enter');
      expect((await posted()).slice(1)).toEqual([
        { version: 1, type: 'reveal-rule', ruleIndex: 2 },
        { version: 1, type: 'reveal-tensor', name: 'model.layers.0.self_attn.k_proj.weight' },
        { version: 1, type: 'reveal-rule', ruleIndex: null },
      ]);
      await page.keyboard.press('Escape');
      expect(await page.isVisible('.tooltip')).toBe(false);
    }));

  test('opens the rule of a cell that is clicked', (context) =>
    onDashboard(context, {}, async ({ page, send, posted }) => {
      await send({ type: 'state', state: tiny });
      const { x, y } = await findCell(page, 'model.layers.5.self_attn.v_proj.weight');
      await page.mouse.click(x, y);
      expect((await posted()).at(-1)).toEqual({ version: 1, type: 'reveal-rule', ruleIndex: 3 });
    }));

  test('runs and cancels jobs, and shows how they go', (context) =>
    onDashboard(context, {}, async ({ page, send, posted }) => {
      await send({ type: 'state', state: tiny });
      await page.click('text=Apply downcast');
      await page.click('text=Evaluate');
      const progress = {
        job: 'apply',
        phase: 'casting',
        done: 3e6,
        total: 12e6,
        unit: 'bytes',
        detail: 'a.b',
      } as const;
      await send({ type: 'progress', progress });
      expect(await page.textContent('.job-text')).toBe('casting3.00 MB of 12.0 MBa.b');
      expect(await page.isVisible('text=Apply downcast')).toBe(false);
      await page.click('text=Cancel');
      expect((await posted()).slice(1).map(({ type }) => type)).toEqual(['apply', 'evaluate', 'cancel']);
      await send({ type: 'progress', progress: null });
      await send({ type: 'failed', message: 'the disk is full' });
      expect(await page.isVisible('.job')).toBe(false);
      expect(await page.textContent('.failure span')).toBe('the disk is full');
      await page.click('.failure button');
      expect(await page.isVisible('.failure')).toBe(false);
    }));

  test('lets nothing be run in a workspace that is not trusted, or with errors in the policy', (context) =>
    onDashboard(context, {}, async ({ page, send, posted }) => {
      for (const change of [{ blocked: 'not trusted' }, { findings: { errors: 1, warnings: 0 } }]) {
        await send({ type: 'state', state: { ...tiny, ...change } });
        await page.locator('vscode-button').first().dispatchEvent('click');
        expect(await page.locator('vscode-button[disabled]').count()).toBe(2);
      }
      expect((await posted()).map(({ type }) => type)).toEqual(['ready']);
    }));

  test('writes hostile names as text', (context) =>
    onDashboard(context, {}, async ({ page, send }) => {
      const name = '<img src=x onerror=alert(1)>';
      await send({ type: 'state', state: readyState(MIXED_POLICY, headers([[name, [4]]], 'F32'), { policy: name }) });
      await grid(page).focus();
      await page.keyboard.press('ArrowDown');
      expect(await page.textContent('.tooltip-title')).toBe(name);
      expect(await page.textContent('h1')).toBe(name);
      expect(await page.locator('img').count()).toBe(0);
    }));

  test('takes up where it was left', async (context) => {
    let saved: unknown;
    await onDashboard(context, { height: 900 }, async ({ page, send, savedState }) => {
      await send({ type: 'state', state: PREVIEWS['experts-91000']!().state });
      await page.locator('vscode-single-select').click();
      await page.locator('vscode-single-select').locator('li', { hasText: 'bytes after' }).click();
      await grid(page).focus();
      for (let press = 0; press < 40; press++) await page.keyboard.press('ArrowDown');
      await page.evaluate(() => new Promise(requestAnimationFrame));
      saved = await savedState();
      expect(saved).toMatchObject({ version: 1, key: 'test', colour: 'bytes', cell: [1, 38 - 1, 0] });
      expect((saved as typeof FRESH).scroll[1]).toBeGreaterThan(100);
    });
    await onDashboard(context, { height: 900, saved }, async ({ page, send, savedState }) => {
      await send({ type: 'state', state: PREVIEWS['experts-91000']!().state });
      await expect.poll(() => grid(page).evaluate((box) => box.scrollTop)).toBe((saved as typeof FRESH).scroll[1]);
      expect(await page.locator('.ramp').count()).toBe(1);
      expect(await savedState()).toEqual(saved);
    });
  });

  // A theme decides canvas colours too, which no style sheet does.
  test.for([
    ['light-modern', [255, 255, 255]],
    ['high-contrast', [0, 0, 0]],
    ['high-contrast-light', [255, 255, 255]],
  ] as const)('draws on the background of the theme %s', ([theme, background], context) =>
    onDashboard(context, { theme }, async ({ page, send }) => {
      await send({ type: 'state', state: tiny });
      const { x, y } = (await grid(page).boundingBox())!;
      expect(await colourAt(page, x + 1, y + 1)).toEqual(background);
    }),
  );

  test('follows the theme when it changes', (context) =>
    onDashboard(context, {}, async ({ page, send }) => {
      await send({ type: 'state', state: tiny });
      const { x, y } = await findCell(page, 'model.layers.3.mlp.down_proj.weight');
      await page.mouse.move(2, 2);
      await page.evaluate(() => (document.body.className = 'vscode-light'));
      const wanted = [...parseHex(dtypeColour('int8', 'light'))];
      await expect
        .poll(() => Promise.all([-6, -4, 0, 4, 6].map((down) => colourAt(page, x, y + down))))
        .toContainEqual(wanted);
    }));

  test.for(Object.keys(PREVIEWS))('shows the state %s', async (name, context) => {
    if (!browser) return context.skip('no Chromium was found');
    const { page, faults } = await openPreview(browser, bundle, PREVIEWS[name]!(), { width: 600, height: 700 });
    expect(faults).toEqual([]);
    // Nothing but the heatmap may need sideways scrolling.
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(600);
    await page.close();
  });

  test('first picture of 100,000 cells', (context) =>
    onDashboard(context, { width: 1600, height: 1000 }, async ({ page, send }) => {
      const state: ReadyState = syntheticState(1000, 100);
      await send({ type: 'state', state });
      await page.waitForFunction(() => performance.getEntriesByName('downcast:picture').length > 0);
      const took = await page.evaluate(() => performance.getEntriesByName('downcast:picture', 'measure')[0]!.duration);
      console.log(`first picture of 100,000 cells: ${took.toFixed(0)} ms from the message`);
      // The goal is 200 ms; shared machines are given room.
      expect(took).toBeLessThan(1000);
    }));
});
