import { describe, expect, test } from 'vitest';
import { createArena } from '../../extension/kernels/model-memory';
import { createModelSession } from '../../extension/kernels/model-session';
import { modelBytes } from '../../extension/kernels/model-size';
import { graphOf } from './model-golden';
import { modelKernels, noise, toEnd } from './model-kernels';

test('room that does not exist is refused with how much is needed', () => {
  const arena = createArena(new WebAssembly.Memory({ initial: 1, maximum: 2 }), 0);
  expect(() => arena.take(3_000_000_000)).toThrow(
    'out of memory: this model needs 3.00 GB in each worker, which this host does not give; ' +
      'take fewer workers or a smaller context, or evaluate on a machine with more memory',
  );
  expect(arena.take(10)).toBe(0);
  expect(arena.take(10) % 64).toBe(0);
});

describe('the memory reckoned beforehand is enough, and at most 8 MB too much', () => {
  const sizes = {
    num_attention_heads: 4,
    num_hidden_layers: 2,
    hidden_size: 64,
    intermediate_size: 96,
    vocab_size: 99,
  };
  const experts = { num_local_experts: 6, num_experts: 6, num_experts_per_tok: 2, moe_intermediate_size: 700 };
  test.each<[string, object, number]>([
    ['a wide head', { model_type: 'llama', vocab_size: 30_001 }, 40],
    ['a wide middle', { model_type: 'llama', hidden_size: 256, intermediate_size: 2000 }, 300],
    ['many heads', { model_type: 'llama', num_attention_heads: 16, head_dim: 32 }, 700],
    ['norms behind the blocks', { model_type: 'gemma2', head_dim: 32, intermediate_size: 900 }, 300],
    ['one projection for all', { model_type: 'phi3', num_attention_heads: 16 }, 300],
    ['blocks beside each other', { model_type: 'gpt_neox', intermediate_size: 900 }, 300],
    ['learned positions', { model_type: 'gpt2', n_positions: 5000 }, 300],
    ['experts', { model_type: 'mixtral', ...experts, intermediate_size: 700, num_key_value_heads: 2 }, 300],
    ['a shared expert', { model_type: 'qwen2_moe', ...experts, shared_expert_intermediate_size: 900 }, 300],
  ])('%s', (_, change, context) => {
    const graph = graphOf({ ...sizes, ...change });
    const changed = new Set(
      graph.tensors.filter(({ name }) => name.includes('mlp') || name.includes('head')).map(({ name }) => name),
    );
    const bytes = modelBytes({ graph, changed, context });
    const kernels = modelKernels();
    const session = createModelSession(kernels, graph, context);
    for (const { name, shape } of graph.tensors) {
      // The same row again and again: routers send every token to the same experts.
      const row = noise(shape.at(-1)!, 1);
      const values = Float32Array.from(
        { length: shape.reduce((product, extent) => product * extent, 1) },
        (_, i) => row[i % row.length]!,
      );
      session.load(name, shape, values, changed.has(name) ? 'base' : 'both');
      if (changed.has(name)) session.load(name, shape, values, 'cast');
    }
    toEnd(session.score(new Int32Array(context), 0));
    expect(kernels.bytes()).toBeLessThanOrEqual(bytes);
    expect(bytes - kernels.bytes()).toBeLessThan(8e6);
  });
});
