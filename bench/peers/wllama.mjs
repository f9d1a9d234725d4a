// llama.cpp compiled to wasm, in Chromium. It gives no probabilities of a prompt: its prefill is timed.
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { chromiumArgs, findChromium } from '../../scripts/hosts/chromium.mjs';
import { installPeer } from './install.mjs';

/** Serves the package and the model to a page that may share memory between threads. */
async function serve(folder, gguf) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = pathname === '/model.gguf' ? gguf : path.join(folder, path.normalize(pathname));
    const types = { '.js': 'text/javascript', '.wasm': 'application/wasm' };
    const headers = {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    };
    if (pathname === '/') {
      response.writeHead(200, { ...headers, 'Content-Type': 'text/html' }).end('<!doctype html>');
      return;
    }
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
      response.writeHead(404).end();
      return;
    }
    const type = types[path.extname(file)] ?? 'application/octet-stream';
    response.writeHead(200, { ...headers, 'Content-Type': type, 'Content-Length': statSync(file).size });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

export async function wllama({ cache, gguf, threads, context }) {
  const folder = await installPeer(cache, '@wllama/wllama', '3.8.1');
  const server = await serve(folder, gguf);
  const browser = await chromium.launch({
    executablePath: await findChromium(),
    args: [...chromiumArgs, '--no-proxy-server'],
  });
  const close = async () => {
    await browser.close();
    server.close();
  };
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    await page.evaluate(
      async ({ threads, context }) => {
        const { Wllama } = await import('/esm/index.js');
        const wasm = '/esm/wasm/wllama.wasm';
        const paths = { default: wasm };
        const logger = { debug() {}, log() {}, warn() {}, error() {} };
        globalThis.wllama = new Wllama(paths, { logger, suppressNativeLog: true });
        const blob = await (await fetch('/model.gguf')).blob();
        await globalThis.wllama.loadModel([blob], {
          n_ctx: context + 64,
          n_batch: context,
          n_ubatch: context,
          n_threads: threads,
          n_gpu_layers: 0,
        });
      },
      { threads, context },
    );
    // It takes text only. No ordinary token is made of these letters alone, so that each becomes the token of its byte:
    // as many as fill the window, of other ids than the rest of the bench scores.
    const prompt = 'abcdefgh'.repeat(context / 8 - 1);
    return {
      name: `wllama, prefill, ${threads} thread${threads > 1 ? 's' : ''}`,
      async score() {
        const { prompt_n: tokens, prompt_ms: ms } = await page.evaluate(async (prompt) => {
          const answer = await globalThis.wllama.createCompletion({ prompt, max_tokens: 1, cache_prompt: false });
          return answer.timings;
        }, prompt);
        return { tokens, seconds: ms / 1000 };
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
