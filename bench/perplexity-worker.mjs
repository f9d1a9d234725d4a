// One kernel worker of the perplexity bench: loads the model and answers a window of tokens with the sum of their
// negative log-likelihoods, as evaluation computes them but of one model instead of two.
import { parentPort, workerData } from 'node:worker_threads';
import { weightsOf } from './perplexity-model.mjs';

const { source, module, config, context } = workerData;
const { instantiateModelKernels, parseModelConfig, modelGraph, rotaryFrequencies, embed, layer, states, logits } =
  await import(`data:text/javascript,${encodeURIComponent(source)}`);

/** Positions whose logits are held at a time. */
const SCORED_AT_ONCE = 64;

const graph = modelGraph(parseModelConfig(JSON.stringify(config)));
const kernels = instantiateModelKernels(module);
const weights = new Map();
for (const { name, shape } of graph.tensors) {
  const [outputs, inputs] = shape;
  const values = () => weightsOf(name, outputs * (inputs ?? 1));
  const loaded =
    inputs === undefined ? kernels.loadVector(values, outputs) : kernels.loadMatrix(values, outputs, inputs);
  weights.set(name, loaded);
}
const rotaries = graph.rotaries.map((rotary) => {
  const { frequencies, factor } = rotaryFrequencies(rotary, context);
  return kernels.rotaryTable(context, frequencies, factor);
});
const pass = { ops: kernels, weights: (name) => weights.get(name), rotaries };

function score(tokens) {
  const window = kernels.mark();
  const x = embed(graph, pass, tokens);
  const started = performance.now();
  for (let n = 0; n < graph.layers.length; n++) for (const _ of layer(graph, n, pass, x));
  const layers = performance.now() - started;
  const last = tokens.length - 1;
  let nll = 0;
  for (let start = 0; start < last; start += SCORED_AT_ONCE) {
    const block = kernels.mark();
    const y = logits(graph, pass, states(graph, pass, kernels.rows(x, start, Math.min(SCORED_AT_ONCE, last - start))));
    for (const [row, { logSumExp }] of kernels.rowSums(y).entries()) {
      nll += logSumExp - kernels.at(y, row, tokens[start + row + 1]);
    }
    kernels.release(block);
  }
  kernels.release(window);
  return { nll, layers };
}

parentPort.on('message', (tokens) => parentPort.postMessage(score(tokens)));
parentPort.postMessage('loaded');
