// The kernels in the perplexity bench: workers that each hold the model and score a window, in Node and in Chromium.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import * as esbuild from 'esbuild';
import { openPage } from './peers/page.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** Bundles the worker into `file`. */
export async function bundleWorker(file) {
  await esbuild.build({
    entryPoints: [path.join(root, 'bench/perplexity-worker.mjs')],
    bundle: true,
    format: 'esm',
    external: ['node:*'],
    outfile: file,
  });
}

const kernelFile = (build) => path.join(root, 'dist/kernels', build === 'plain' ? 'model.wasm' : `model.${build}.wasm`);

/** Workers of this process. `score` takes as many of them as windows are wanted. */
export async function oursInNode({ worker, build, threads, config, context, windows }) {
  const module = new WebAssembly.Module(readFileSync(kernelFile(build)));
  const workers = Array.from({ length: threads }, () => new Worker(worker));
  const ask = async (one, message) => {
    one.postMessage(message);
    const [answer] = await once(one, 'message');
    return answer;
  };
  await Promise.all(workers.map((one) => ask(one, { model: { module, config, context } })));
  return {
    async score(count) {
      const nlls = await Promise.all(workers.slice(0, count).map((one, n) => ask(one, { tokens: windows[n] })));
      return { tokens: count * context, nll: nlls[0] };
    },
    close: () => Promise.all(workers.map((one) => one.terminate())),
  };
}

/** Workers of a page. */
export async function oursInChromium({ worker, build, threads, config, context, windows }) {
  const { page, close } = await openPage({ '/worker.js': worker, '/model.wasm': kernelFile(build) });
  try {
    await page.evaluate(
      async ({ threads, config, context, windows }) => {
        const module = await WebAssembly.compileStreaming(fetch('/model.wasm'));
        const workers = Array.from({ length: threads }, () => new Worker('/worker.js', { type: 'module' }));
        const ask = (one, message) =>
          new Promise((resolve, reject) => {
            one.onmessage = ({ data }) => resolve(data);
            one.onerror = ({ message: text }) => reject(new Error(text));
            one.postMessage(message);
          });
        await Promise.all(workers.map((one) => ask(one, { model: { module, config, context } })));
        globalThis.score = (count) =>
          Promise.all(workers.slice(0, count).map((one, n) => ask(one, { tokens: Int32Array.from(windows[n]) })));
      },
      { threads, config, context, windows: windows.map((tokens) => [...tokens]) },
    );
  } catch (error) {
    await close();
    throw error;
  }
  return {
    async score(count) {
      const nlls = await page.evaluate((workers) => globalThis.score(workers), count);
      return { tokens: count * context, nll: nlls[0] };
    },
    close,
  };
}
