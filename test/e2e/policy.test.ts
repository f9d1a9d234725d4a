import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { workbenchTest } from './harness/workbench-test';
import type { Workbench } from './harness/workbench';
import { readSafetensors } from './independent-reader';

const root = fileURLToPath(new URL('../..', import.meta.url));
const inEachHost = workbenchTest({ extensionDir: root, sample: path.join(root, 'samples') });

const BALANCED = 'policies/balanced.dtype.yaml';

/** The sentence behind the "size" lens at the top of a policy. */
async function lenses(workbench: Workbench): Promise<string> {
  return (await workbench.editor.codeLenses()).join(' | ');
}

/** Errors and warnings as the status bar counts them: `4 2`. */
async function counts({ page }: Workbench): Promise<string> {
  const text = await page.locator('.statusbar-item[id="status.problems"]').innerText();
  return text.match(/\d+/g)?.join(' ') ?? '';
}

inEachHost('a policy is written with completion, findings and fixes', async (workbench) => {
  const { editor, suggestions, problems } = workbench;
  await editor.open('policies/mistakes.dtype.yaml');
  // The Problems view holds rows in view only, so the whole is counted by the status bar.
  await expect.poll(() => counts(workbench)).toBe('4 2');
  await expect
    .poll(async () => (await problems.read()).map(({ code }) => code))
    .toEqual(expect.arrayContaining(['no-match', 'indivisible']));
  await workbench.screenshot('findings');

  const fixes = await editor.actionsAt('gruop');
  expect(fixes.join(' | ')).toContain('group');
  await editor.applyAction(
    'gruop',
    fixes.find((title) => title.includes('group'))!,
  );
  await expect.poll(() => counts(workbench)).toBe('3 2');

  await editor.select('fp8_e4m', 2);
  await editor.type('fp8_e');
  const offered = (await suggestions.trigger()).map(({ label }) => label);
  expect(offered).toEqual(expect.arrayContaining(['fp8_e4m3', 'fp8_e5m2']));
  await workbench.screenshot('completion-dtype');
  await suggestions.accept('fp8_e4m3');
  await expect.poll(() => counts(workbench)).toBe('2 2');
});

inEachHost('tensor names complete from the checkpoint and hovers explain them', async (workbench) => {
  const { editor, suggestions } = workbench;
  await editor.open(BALANCED);
  await expect.poll(() => lenses(workbench)).toContain('tensors');
  await editor.select('model.layers.*.mlp.down_proj.weight');
  await editor.type('model.layers.*.mlp.');
  const labels = (await suggestions.trigger()).map(({ label }) => label);
  expect(labels.join(' | ')).toContain('down_proj');
  await workbench.screenshot('completion-tensor');
  await editor.press('Escape');
  await editor.press('Control+Z');
  await expect.poll(() => editor.hoverAt('int4')).toContain('bits');
  await workbench.screenshot('hover');
});

inEachHost('Apply downcast writes a checkpoint beside the policy', async (workbench) => {
  const { editor, notifications } = workbench;
  await editor.open(BALANCED);
  await expect.poll(() => lenses(workbench)).toContain('Apply downcast');
  await editor.clickCodeLens('Apply downcast');
  await expect
    .poll(async () => (await notifications.read()).map(({ message }) => message).join(' | '), { timeout: 60_000 })
    .toContain('tensors read back and equal to the plan');
  await workbench.screenshot('applied');
  if (workbench.host === 'web') {
    // Its files live in the browser's memory; the manifest opens like any other file.
    await editor.open('policies/balanced.downcast/downcast.json');
    await expect.poll(() => editor.visibleText()).toContain('downcast-checkpoint');
    return;
  }
  const folder = path.join(workbench.folder, 'policies/balanced.downcast');
  const written = readSafetensors(await readFile(path.join(folder, 'model.safetensors')));
  const q = written.get('model.layers.2.self_attn.q_proj.weight_packed');
  expect(q).toMatchObject({ dtype: 'I32', shape: [256, 32] });
  expect(written.get('model.layers.0.self_attn.q_proj.weight')).toMatchObject({ dtype: 'F8_E4M3', shape: [256, 256] });
  const source = readSafetensors(await readFile(path.join(workbench.folder, 'tiny-sotu/model.safetensors')));
  expect(written.get('model.norm.weight')).toEqual(source.get('model.norm.weight'));
  const manifest = JSON.parse(await readFile(path.join(folder, 'downcast.json'), 'utf8')) as { tensors: unknown[] };
  expect(manifest.tensors).toHaveLength(source.size);
  expect((await stat(path.join(folder, 'tokenizer.json'))).size).toBeGreaterThan(0);
});

inEachHost('the heatmap shows the plan, and the figures once measured', async (workbench) => {
  const { editor, notifications } = workbench;
  await editor.open(BALANCED);
  await expect.poll(() => lenses(workbench)).toContain('Open heatmap');
  await editor.clickCodeLens('Open heatmap');
  const frame = await workbench.webview('Heatmap: balanced');
  await frame.locator('canvas').first().waitFor();
  const colours = async (): Promise<number> =>
    frame.evaluate(() => {
      const canvas = document.querySelector('canvas')!;
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      const seen = new Map<string, number>();
      for (let at = 0; at < data.length; at += 4) {
        if (data[at + 3] !== 255) continue;
        const key = `${data[at]},${data[at + 1]},${data[at + 2]}`;
        seen.set(key, (seen.get(key) ?? 0) + 1);
      }
      return [...seen.values()].filter((pixels) => pixels > 500).length;
    });
  // bf16, fp8_e4m3 and int4 at least, each in cells of many pixels.
  await expect.poll(colours).toBeGreaterThanOrEqual(3);
  await workbench.screenshot('heatmap');

  await workbench.palette.runCommand('Downcast: Evaluate Policy');
  await expect
    .poll(async () => (await notifications.read()).map(({ message }) => message).join(' | '), { timeout: 120_000 })
    .toContain('takes perplexity from');
  await expect.poll(() => frame.locator('body').innerText()).toMatch(/perplexity/i);
  await workbench.screenshot('evaluated');
});

inEachHost('the checkpoint view lists tensors with their dtype after the policy', async (workbench) => {
  await workbench.editor.open(BALANCED);
  const tree = workbench.tree('Checkpoint');
  await tree.show();
  await expect.poll(async () => (await tree.read()).map(({ label }) => label)).toContain('model');
  await tree.expand('model');
  await expect.poll(async () => (await tree.read()).map(({ label }) => label)).toContain('norm.weight');
  const norm = (await tree.read()).find(({ label }) => label === 'norm.weight');
  expect(norm?.description).toBe('bf16 [256]');
  await workbench.screenshot('checkpoint');
});
