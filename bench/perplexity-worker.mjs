// One kernel worker of the perplexity bench: loads the model and answers a window of tokens with the sum of their
// negative log-likelihoods, as evaluation computes them but of one model instead of two.
import { parentPort, workerData } from 'node:worker_threads';
import { weightsOf } from './perplexity-model.mjs';

const { source, module, config, context } = workerData;
const {
  instantiateModelKernels,
  parseModelConfig,
  modelGraph,
  rotaryFrequencies,
  residentWeights,
  embed,
  layer,
  states,
  logits,
} = await import(`data:text/javascript,${encodeURIComponent(source)}`);

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
const pass = { ops: kernels, weights: residentWeights(weights), rotaries };

function toEnd(work) {
  for (;;) {
    const next = work.next();
    if (next.done) return next.value;
  }
}

function score(tokens) {
  const window = kernels.mark();
  const x = toEnd(
    embed(
      graph,
      pass,
      tokens,
      tokens.map((_, position) => position),
    ),
  );
  const rows = [{ first: 0, rows: x.rows }];
  const started = performance.now();
  for (let n = 0; n < graph.layers.length; n++) toEnd(layer(graph, n, pass, x, rows, 128));
  const layers = performance.now() - started;
  const last = tokens.length - 1;
  let nll = 0;
  for (let start = 0; start < last; start += SCORED_AT_ONCE) {
    const block = kernels.mark();
    const some = kernels.rows(x, start, Math.min(SCORED_AT_ONCE, last - start));
    const y = toEnd(logits(graph, pass, states(graph, pass, some)));
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
