import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { workbenchTest } from './harness/workbench-test';

const root = fileURLToPath(new URL('../..', import.meta.url));
const inEachHost = workbenchTest({ extensionDir: root, sample: path.join(root, 'samples') });

const BALANCED = 'policies/balanced.dtype.yaml';
const TENSOR = 'model.layers.0.mlp.down_proj.weight';

inEachHost('a tensor is explained', async (workbench) => {
  await workbench.editor.open(BALANCED);
  await expect.poll(async () => (await workbench.editor.codeLenses()).join()).toContain('tensors');
  await workbench.palette.runCommand('Downcast: Explain Tensor');
  await workbench.palette.answer(TENSOR);
  await expect.poll(async () => (await workbench.tabs()).join()).toContain(TENSOR);
  const frame = await workbench.webview(`Preview ${TENSOR}.md`);
  await expect.poll(() => frame.locator('body').innerText()).toContain('Why fp8_e4m3 channel');
  await workbench.screenshot('explained');
});

inEachHost('rules are written for the tensors selected in the tree', async (workbench) => {
  const { editor } = workbench;
  await editor.open(BALANCED);
  const tree = workbench.tree('Checkpoint');
  await tree.show();
  await expect.poll(async () => (await tree.read()).map(({ label }) => label)).toContain('model');
  await tree.expand('model');
  await expect.poll(async () => (await tree.read()).map(({ label }) => label)).toContain('norm.weight');
  const row = workbench.page.locator('.pane-body .monaco-list-row', { hasText: 'norm.weight' }).first();
  await row.click({ button: 'right' });
  const item = workbench.page.locator('.context-view .action-label', { hasText: 'New Rule for Selection' });
  await item.hover();
  await workbench.page.keyboard.press('Enter');
  await expect.poll(() => editor.visibleText()).toContain('- match: "model.norm.weight"');
  await workbench.screenshot('rule-from-selection');
});
