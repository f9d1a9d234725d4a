#!/usr/bin/env node
// Pictures of the dashboard in every state and theme, for looking at: artifacts/screenshots/webview/<theme>/<state>.png
// `node test/webview/screenshots.mjs [theme/state[-600]] ...` (parts of names will do)
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const outfile = path.join(root, '.cache/webview-preview.mjs');
await mkdir(path.dirname(outfile), { recursive: true });
await esbuild.build({
  absWorkingDir: root,
  stdin: {
    contents: "export * from './test/webview/preview'; export * from './test/webview/dashboard-page';",
    resolveDir: root,
    loader: 'ts',
  },
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  outfile,
  // The bundle lies elsewhere than the files that look for the root from where they are.
  define: { 'import.meta.url': JSON.stringify(pathToFileURL(path.join(root, 'test/webview/preview.ts')).href) },
});
const { bundleDashboard, launchChromium, takeScreenshots } = await import(pathToFileURL(outfile).href);
const browser = await launchChromium();
if (!browser) process.exit(1);
const parts = process.argv.slice(2);
const wanted = (theme, state, width) => {
  const name = `${theme}/${state}${width === 600 ? '-600' : ''}`;
  return parts.length === 0 || parts.some((part) => `${name}.png`.includes(part));
};
await takeScreenshots(browser, await bundleDashboard(), path.join(root, 'artifacts/screenshots/webview'), wanted);
await browser.close();
