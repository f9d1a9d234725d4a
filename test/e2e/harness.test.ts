import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { workbenchTest } from './harness/workbench-test';

// The harness itself, against a stub with every surface: when this fails, the fault is not Downcast's.
const stub = fileURLToPath(new URL('stub-extension', import.meta.url));
const inEachHost = workbenchTest({ extensionDir: stub, sample: path.join(stub, 'sample') });

inEachHost('the harness reads and works every surface of the workbench', async (workbench) => {
  const { editor, suggestions, problems, notifications, palette } = workbench;

  await editor.open('policy.dtype.yaml');
  await expect.poll(() => editor.codeLenses()).toEqual(['Apply stub', '2 rules']);
  expect(await editor.visibleText()).toBe('# A policy of no consequence.\nversion: 1\ndefault: bf16\nhead: fp12\n');
  await expect.poll(() => editor.inlayHints()).toEqual(['one rule', '2 bytes']);
  expect(await editor.hoverAt('version')).toBe('version in the stub');

  await expect
    .poll(() => problems.read())
    .toEqual([
      {
        file: 'policy.dtype.yaml',
        severity: 'error',
        message: 'fp12 is not a format',
        source: 'stub',
        code: 'unknown-format',
        line: 4,
        column: 7,
      },
    ]);
  await workbench.screenshot('harness-problems');
  expect(await editor.actionsAt('fp12')).toContain('Change to bf16');
  await editor.applyAction('fp12', 'Change to bf16');
  await expect.poll(() => problems.read()).toEqual([]);

  await editor.select('bf16', 2);
  await editor.type('fp');
  expect((await suggestions.trigger()).map(({ label }) => label)).toEqual(['fp32', 'fp8_e4m3']);
  await suggestions.accept('fp8_e4m3');
  await editor.placeCursorAfter('fp8_e4m3');
  await editor.type(' # small');
  expect(await editor.visibleText()).toContain('head: fp8_e4m3 # small');
  await editor.save();

  const tensors = workbench.tree('Stub Tensors');
  await tensors.show();
  await expect
    .poll(() => tensors.read())
    .toEqual([
      { level: 1, label: 'layers.0', description: 'fp32', expanded: false },
      { level: 1, label: 'lm_head', description: 'fp32', expanded: undefined },
    ]);
  await tensors.expand('layers.0');
  await expect.poll(async () => (await tensors.read()).map(({ label }) => label)).toContain('layers.0.weight');

  await palette.runCommand('Harness Stub: Choose');
  await expect.poll(() => palette.choices()).toEqual(['fp32', 'bf16', 'fp8_e4m3', 'int4']);
  await palette.answer('int');
  await workbench.clickDialogButton('Cast');
  await expect
    .poll(() => notifications.read())
    .toEqual([{ severity: 'warning', message: 'Cast to int4', buttons: [], running: false }]);
  await notifications.dismissAll();

  await palette.runCommand('Harness Stub: Draw');
  const drawing = await workbench.webview('Stub Drawing');
  await drawing.getByRole('button', { name: 'Count' }).click();
  expect(await drawing.locator('output').innerText()).toBe('1');
  const colour = await drawing.evaluate(() => [
    ...document.querySelector('canvas')!.getContext('2d')!.getImageData(5, 5, 1, 1).data,
  ]);
  expect(colour[3]).toBe(255);

  await editor.clickCodeLens('Apply stub');
  await expect
    .poll(() => notifications.read())
    .toContainEqual({ severity: 'info', message: 'Applying stub: writing', buttons: [], running: true });
  await workbench.screenshot('harness-all');
  await notifications.click('Stub applied', 'Open report');
  await expect.poll(() => workbench.tabs()).toContain('report.txt');
  const report = 'from 78 characters\n';
  await expect.poll(() => editor.visibleText()).toBe(report);
  if (workbench.host === 'node') expect(await readFile(path.join(workbench.folder, 'report.txt'), 'utf8')).toBe(report);
  expect((await workbench.statusBar()).join(' ')).toContain('Ln 1, Col 1');
});
