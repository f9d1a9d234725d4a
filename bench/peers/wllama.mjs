// llama.cpp compiled to wasm, in Chromium. It gives no probabilities of a prompt: its prefill is timed.
import { installPeer } from './install.mjs';
import { openPage } from './page.mjs';

export async function wllama({ cache, gguf, threads, context }) {
  const folder = await installPeer(cache, '@wllama/wllama', '3.8.1');
  const { page, close } = await openPage({ '/esm/': `${folder}/esm`, '/model.gguf': gguf });
  try {
    await page.evaluate(
      async ({ threads, context }) => {
        const { Wllama } = await import('/esm/index.js');
        const paths = { default: '/esm/wasm/wllama.wasm' };
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
  } catch (error) {
    await close();
    throw error;
  }
  // It takes text only. No ordinary token is made of these letters alone, so that each becomes the token of its byte:
  // as many as fill the window, of other ids than the rest of the bench scores.
  const prompt = 'abcdefgh'.repeat(context / 8 - 1);
  return {
    async score() {
      const { prompt_n: tokens, prompt_ms: ms } = await page.evaluate(async (text) => {
        const answer = await globalThis.wllama.createCompletion({ prompt: text, max_tokens: 1, cache_prompt: false });
        return answer.timings;
      }, prompt);
      return { tokens, seconds: ms / 1000 };
    },
    close,
  };
}
