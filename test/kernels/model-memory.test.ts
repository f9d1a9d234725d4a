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

describe('the memory reckoned beforehand is enough, and not much more', () => {
  const shape = { model_type: 'llama', rms_norm_eps: 1e-5 };
  test.each([
    [
      'a wide head',
      { hidden_size: 64, intermediate_size: 96, num_attention_heads: 4, num_hidden_layers: 1, vocab_size: 30_001 },
      40,
    ],
    [
      'a wide middle',
      { hidden_size: 256, intermediate_size: 2000, num_attention_heads: 8, num_hidden_layers: 2, vocab_size: 99 },
      300,
    ],
    [
      'many heads',
      {
        hidden_size: 64,
        intermediate_size: 64,
        num_attention_heads: 16,
        head_dim: 32,
        num_hidden_layers: 3,
        vocab_size: 99,
      },
      700,
    ],
  ])('%s', (_, sizes, context) => {
    const graph = graphOf({ ...shape, ...sizes });
    const changed = new Set(
      graph.tensors.filter(({ name }) => name.includes('mlp') || name.includes('head')).map(({ name }) => name),
    );
    const kernels = modelKernels();
    const bytes = modelBytes(graph, changed, context);
    kernels.reserve(bytes);
    const reserved = kernels.bytes();
    const session = createModelSession(kernels, graph, context);
    for (const { name, shape } of graph.tensors) {
      const count = shape.reduce((product, extent) => product * extent, 1);
      session.load(name, shape, noise(count, 1), changed.has(name) ? 'base' : 'both');
      if (changed.has(name)) session.load(name, shape, noise(count, 2), 'cast');
    }
    toEnd(session.score(new Int32Array(context), 0));
    expect(kernels.bytes()).toBe(reserved);
    expect(bytes - kernels.mark()).toBeLessThan(40e6);
  });
});
