// One kernel worker of the perplexity bench, in Node and in a page: loads the model and answers a window of tokens with
// the sum of their negative log-likelihoods, as evaluation computes them but of one model instead of two.
import { parseModelConfig } from '../extension/core/checkpoint/config';
import { modelGraph } from '../extension/core/model/architectures';
import { embed, layer, logits, states } from '../extension/core/model/forward';
import { residentWeights } from '../extension/core/model/resident-weights';
import { rotaryFrequencies } from '../extension/core/model/rotary';
import { instantiateModelKernels } from '../extension/kernels/model';
import { SCORED_AT_ONCE } from '../extension/kernels/model-scores';
import { ROWS_AT_ONCE } from '../extension/kernels/model-session';
import { weightsOf } from './perplexity-model.mjs';

/** `module`: the compiled kernels. Returns what scores a window. */
function load({ module, config, context }) {
  const graph = modelGraph(parseModelConfig(JSON.stringify(config)));
  const kernels = instantiateModelKernels(module);
  const weights = new Map(
    graph.tensors.map(({ name, shape: [outputs, inputs] }) => {
      const values = () => weightsOf(name, outputs * (inputs ?? 1));
      if (inputs === undefined) return [name, kernels.loadVector(values, outputs)];
      return [name, kernels.loadMatrix(values, outputs, inputs)];
    }),
  );
  const rotaries = graph.rotaries.map((rotary) => {
    const { frequencies, factor } = rotaryFrequencies(rotary, context);
    return kernels.rotaryTable(context, frequencies, factor);
  });
  const pass = { ops: kernels, weights: residentWeights(weights), rotaries };

  return (tokens) => {
    const window = kernels.mark();
    const positions = tokens.map((_, position) => position);
    const x = toEnd(embed(graph, pass, tokens, positions));
    const rows = [{ first: 0, rows: x.rows }];
    for (let n = 0; n < graph.layers.length; n++) toEnd(layer(graph, n, pass, x, rows, ROWS_AT_ONCE));
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
    return nll;
  };
}

function toEnd(work) {
  for (;;) {
    const next = work.next();
    if (next.done) return next.value;
  }
}

const inNode = typeof process === 'object';
const port = inNode ? (await import('node:worker_threads')).parentPort : globalThis;
let score;
port[inNode ? 'on' : 'addEventListener']('message', (message) => {
  const { model, tokens } = inNode ? message : message.data;
  if (model) score = load(model);
  port.postMessage(tokens ? score(tokens) : 'loaded');
});
