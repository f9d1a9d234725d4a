import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { workbenchTest } from './harness/workbench-test';
import type { Workbench } from './harness/workbench';

const root = fileURLToPath(new URL('../..', import.meta.url));
const options = { extensionDir: root, sample: path.join(root, 'samples') };
const inEachHost = workbenchTest(options);

/** Text arrives as it is written: nothing is indented, closed or completed meanwhile. */
const inEachPlainHost = workbenchTest({
  ...options,
  settings: {
    'editor.autoIndent': 'none',
    'editor.autoClosingBrackets': 'never',
    'editor.autoClosingQuotes': 'never',
    '[dtype-policy]': { 'editor.quickSuggestions': { strings: 'off', other: 'off', comments: 'off' } },
  },
});

const BALANCED = 'policies/balanced.dtype.yaml';

const UNKEMPT = `version:   1
checkpoint: ../tiny-sotu
default:  mine
rules:
- match:   "**.down_proj.weight"
  dtype:  mine
formats: {mine: {codebook: [ -1,0,1 ], group: 64}}
`;

const LAID_OUT = `version: 1
checkpoint: ../tiny-sotu
default: mine
rules:
  - match: "**.down_proj.weight"
    dtype: mine
formats: { mine: { codebook: [-1, 0, 1], group: 64 } }`;

/** Where the cursor is, as the status bar tells: `Ln 7, Col 12`. */
async function cursor({ page }: Workbench): Promise<string> {
  return (await page.locator('.statusbar-item[id="status.editor.selection"]').innerText()).trim();
}

inEachHost('hints, tokens and folds are drawn', async (workbench) => {
  const { editor, palette, page } = workbench;
  await editor.open(BALANCED);
  const hints = async (): Promise<string> => (await editor.inlayHints()).join(' | ');
  await expect.poll(hints).toMatch(/\d+ tensors, .* → .*, \d+\.\d\d bits/);
  await expect.poll(hints).toMatch(/all: .* → /);
  await workbench.screenshot('inlay-hints');

  await editor.placeCursorAfter('model.layers.');
  await palette.runCommand('Developer: Inspect Editor Tokens and Scopes');
  await expect.poll(() => page.locator('.token-inspect-widget').innerText()).toContain('wildcard');
  await workbench.screenshot('semantic-tokens');
  await editor.press('Escape');

  const before = (await editor.visibleText()).split('\n').length;
  await palette.runCommand('Fold All');
  await expect.poll(async () => (await editor.visibleText()).split('\n').length).toBeLessThan(before);
  await workbench.screenshot('folded');
});

inEachPlainHost('a policy is laid out, and a format of its own is found and renamed', async (workbench) => {
  const { editor, palette, page } = workbench;
  await editor.open(BALANCED);
  await expect.poll(async () => (await editor.codeLenses()).join()).toContain('tensors');
  await editor.replaceAll(UNKEMPT);
  await expect.poll(() => editor.visibleText()).toContain('dtype:  mine');
  await palette.runCommand('Format Document');
  await expect.poll(() => editor.visibleText()).toContain(LAID_OUT);

  await editor.placeCursorBefore('mine');
  await editor.press('F12');
  await expect.poll(() => cursor(workbench)).toContain('Ln 7, Col 12');

  await editor.press('Shift+F12');
  const peek = page.locator('.reference-zone-widget');
  await expect.poll(() => peek.innerText()).toMatch(/dtype: mine/);
  await workbench.screenshot('references');
  await editor.press('Escape');

  await editor.placeCursorBefore('mine');
  await editor.press('F2');
  const box = page.locator('.rename-box input');
  await box.waitFor();
  await box.fill('ours');
  await editor.press('Enter');
  await expect.poll(() => editor.visibleText()).toContain(LAID_OUT.replaceAll('mine', 'ours'));
  await workbench.screenshot('renamed');
});

inEachHost('a pattern leads to its tensors, and a dtype shows its code points', async (workbench) => {
  const { editor, page } = workbench;
  await editor.open(BALANCED);
  await expect.poll(async () => (await editor.codeLenses()).join()).toContain('tensors');
  await expect.poll(() => editor.hoverAt('int4')).toContain('different values');
  await editor.placeCursorBefore('int4');
  await editor.press('ControlOrMeta+k');
  await editor.press('ControlOrMeta+i');
  const picture = page.locator('.monaco-hover:visible img[src^="data:image/svg+xml"]').first();
  await picture.waitFor();
  expect((await picture.boundingBox())?.width).toBeGreaterThan(100);
  await workbench.screenshot('hover-code-points');
  await editor.press('Escape');

  await editor.placeCursorBefore('down_proj');
  await editor.press('F12');
  await expect.poll(() => page.locator('.reference-zone-widget').innerText()).toContain('tiny-sotu.tensors.txt');
  await workbench.screenshot('definition');
});

inEachHost('a tensor tells why it gets its dtype, and how its values are spread', async (workbench) => {
  const { editor, page } = workbench;
  await editor.open('policies/aggressive.dtype.yaml');
  await expect.poll(async () => (await editor.codeLenses()).join()).toContain('tensors');
  const hover = await editor.hoverAt('model.embed_tokens.weight');
  expect(hover).toContain('Decided by rule 2');
  // In the browser files are read whole, so no values are read for a hover.
  if (workbench.host === 'web') return;
  expect(hover).toMatch(/A sample of 16384 values: -/);
  await editor.placeCursorBefore('model.embed_tokens.weight');
  await editor.press('ControlOrMeta+k');
  await editor.press('ControlOrMeta+i');
  await page.locator('.monaco-hover:visible img[src^="data:image/svg+xml"]').first().waitFor();
  await workbench.screenshot('hover-values');
});
