// llama.cpp as its Node binding runs it: natively, with the machine's widest vectors.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { installPeer } from './install.mjs';

/** Tokens of a window of which the binding gives probabilities: it is slow, and its speed does not depend on them. */
const ASKED = 64;

async function open({ cache, gguf, threads, context, windows }) {
  const folder = await installPeer(cache, 'node-llama-cpp', '3.22.1');
  const { getLlama, LlamaLogLevel } = await import(pathToFileURL(path.join(folder, 'dist/index.js')).href);
  const llama = await getLlama({
    gpu: false,
    build: 'never',
    maxThreads: threads,
    logLevel: LlamaLogLevel.disabled,
    progressLogs: false,
  });
  const model = await llama.loadModel({ modelPath: gguf });
  const llamaContext = await model.createContext({
    contextSize: context + 8,
    batchSize: context,
    threads: { ideal: threads, min: threads },
    flashAttention: true,
  });
  return { sequence: llamaContext.getSequence(), tokens: [...windows[0]], close: () => llama.dispose() };
}

export const nodeLlamaCpp = {
  /** The pass alone: no token's probability is looked at. */
  async prefill(given) {
    const { sequence, tokens, close } = await open(given);
    return {
      async score() {
        await sequence.clearHistory();
        await sequence.evaluateWithoutGeneratingNewTokens(tokens);
        return { tokens: tokens.length };
      },
      close,
    };
  },
  /** The probability of every token, by the public interface. */
  async probabilities(given) {
    const { sequence, tokens, close } = await open(given);
    const asked = tokens.slice(0, ASKED);
    return {
      async score() {
        await sequence.clearHistory();
        await sequence.controlledEvaluate(
          asked.map((token) => [token, { generateNext: { probabilities: true, token: false } }]),
        );
        return { tokens: asked.length };
      },
      close,
    };
  },
};
