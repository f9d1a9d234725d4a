#!/usr/bin/env node
// Builds everything into dist/: kernels (wasm), extension for both hosts, language server, workers, webview, CLI.
// `node scripts/build.mjs [--watch] [--minify]`
import { mkdir, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { buildKernels } from './build-kernels.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const production = process.argv.includes('--minify');

/** @type {import('esbuild').BuildOptions} */
const shared = {
  absWorkingDir: root,
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  target: 'es2022',
  logLevel: 'warning',
  legalComments: 'none',
};

/** Node: VS Code's desktop and remote hosts (CommonJS), the CLI. */
const node = { ...shared, platform: 'node', format: 'cjs', external: ['vscode'], mainFields: ['module', 'main'] };
/** Web: one classic script each, because blob workers and web hosts take no modules. */
const web = { ...shared, platform: 'browser', mainFields: ['browser', 'module', 'main'] };

/** @type {import('esbuild').BuildOptions[]} */
const bundles = [
  // The extension alone is loaded on activation; the session is what it loads then.
  {
    ...node,
    entryPoints: { extension: 'extension/client/node.ts', session: 'extension/client/node-session.ts' },
    outdir: 'dist/node',
  },
  { ...node, entryPoints: { server: 'extension/server/node.ts' }, outdir: 'dist/node' },
  {
    ...node,
    entryPoints: {
      'kernel-worker': 'extension/worker/node-entry.ts',
      'model-worker': 'extension/worker/model-worker-node.ts',
    },
    outdir: 'dist/node',
  },
  {
    ...node,
    entryPoints: { downcast: 'extension/cli/main.ts' },
    outdir: 'dist/cli',
    banner: { js: '#!/usr/bin/env node' },
  },
  {
    ...web,
    format: 'cjs',
    external: ['vscode'],
    entryPoints: { extension: 'extension/client/browser.ts', session: 'extension/client/browser-session.ts' },
    outdir: 'dist/web',
  },
  {
    ...web,
    format: 'iife',
    entryPoints: {
      server: 'extension/server/browser.ts',
      'kernel-worker': 'extension/worker/browser-entry.ts',
      'model-worker': 'extension/worker/model-worker-browser.ts',
    },
    outdir: 'dist/web',
  },
  { ...web, format: 'iife', entryPoints: { dashboard: 'webview/dashboard.ts' }, outdir: 'dist/webview' },
];

export async function build() {
  await mkdir(path.join(root, 'dist'), { recursive: true });
  await buildKernels();
  const present = bundles.filter((options) =>
    Object.values(options.entryPoints).every((file) => existsSync(path.join(root, file))),
  );
  await Promise.all(present.map((options) => esbuild.build(options)));
}

async function watch() {
  await buildKernels();
  const contexts = await Promise.all(bundles.map((options) => esbuild.context(options)));
  await Promise.all(contexts.map((context) => context.watch()));
  console.log('watching');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (production) await rm(path.join(root, 'dist'), { recursive: true, force: true });
  await (process.argv.includes('--watch') ? watch() : build());
}
