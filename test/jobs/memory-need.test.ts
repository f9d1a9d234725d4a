import { describe, expect, test } from 'vitest';
import { memoryNeed } from '../../extension/jobs/memory-need';
import { modelBytes, type ModelNeed } from '../../extension/kernels/model-size';
import { graphOf } from '../kernels/model-golden';

const CONFIG = {
  model_type: 'llama',
  hidden_size: 2048,
  intermediate_size: 5632,
  num_hidden_layers: 22,
  num_attention_heads: 32,
  num_key_value_heads: 4,
  vocab_size: 32000,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  max_position_embeddings: 1 << 20,
  tie_word_embeddings: false,
};

/** A model with `layers` layers of TinyLlama's size; all linear weights or none are cast. */
function need(layers: number, context: number, cast = false): ModelNeed {
  const graph = graphOf({ ...CONFIG, num_hidden_layers: layers });
  const linear = graph.tensors.filter(({ name }) => name.includes('_proj')).map(({ name }) => name);
  return { graph, context, changed: new Set(cast ? linear : []) };
}

describe('what does not fit', () => {
  test('into WebAssembly: a shorter context would', () => {
    expect(() => memoryNeed(need(10, 1 << 18), undefined)).toThrow(
      /^evaluating this model with windows of 262144 tokens takes \d+\.\d+ GB of memory in a worker, which can have 4\.29 GB at most; windows of (131072|65536) tokens would fit$/,
    );
  });

  test('because cast weights are held twice', () => {
    expect(() => memoryNeed(need(20, 512, true), undefined)).toThrow(
      /which can have 4\.29 GB at most; the weights alone take 4\.\d+ GB, and those that are cast are held twice: cast fewer at a time$/,
    );
  });

  test('because the model is too large', () => {
    expect(() => memoryNeed(need(22, 512, true), undefined)).toThrow(
      /the weights alone take 4\.\d+ GB: evaluate a smaller model of the family$/,
    );
  });

  test('into the machine', () => {
    const bytes = modelBytes(need(4, 512));
    expect(memoryNeed(need(4, 512), bytes)).toBe(bytes);
    expect(() => memoryNeed(need(4, 512), bytes - 1)).toThrow(
      /^evaluating this model with windows of 512 tokens takes 1\.\d+ GB of memory in a worker, and this machine has 1\.\d+ GB to give; windows of 256 tokens would fit$/,
    );
  });
});

test("with the base's part known, its layers take no memory", () => {
  const both = need(10, 512, true);
  const layers = modelBytes(both) - modelBytes({ ...both, changed: new Set() });
  const saved = modelBytes(both) - modelBytes({ ...both, baseKnown: true });
  expect(layers).toBeGreaterThan(1e9);
  expect(saved).toBeGreaterThan(layers * 0.99);
});
