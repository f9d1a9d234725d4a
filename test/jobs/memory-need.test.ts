import { describe, expect, test } from 'vitest';
import { mannerOf, type Manner, type MemoryNeed } from '../../extension/jobs/memory-need';
import { modelBytes } from '../../extension/kernels/model-size';
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
function need(layers: number, context: number, cast = false, windows = 32): MemoryNeed {
  const graph = graphOf({ ...CONFIG, num_hidden_layers: layers });
  const linear = graph.tensors.filter(({ name }) => name.includes('_proj')).map(({ name }) => name);
  return { graph, context, changed: new Set(cast ? linear : []), windows };
}

/** Bytes of all workers together. */
function bytesOf(manner: Manner): number {
  return manner.workers * (manner.kind === 'held' ? manner.bytes : manner.bytes.base + manner.bytes.cast);
}

const GB = 1e9;

test('weights are held where every worker has memory for them', () => {
  const one = modelBytes(need(4, 512));
  expect(mannerOf(need(4, 512), { workers: 3, memory: 3 * one })).toEqual({ kind: 'held', workers: 3, bytes: one });
  expect(mannerOf(need(4, 512), { workers: 3, memory: 3 * one - 1 }).kind).toBe('streamed');
  // No more workers than windows.
  expect(mannerOf(need(4, 512, false, 2), { workers: 3, memory: 2 * one })).toMatchObject({ kind: 'held', workers: 2 });
});

describe('weights pass by', () => {
  test.each([
    ['when WebAssembly could not hold them', 22, 64 * GB],
    ['when the machine could not', 12, 3 * GB],
  ])('%s', (_, layers, memory) => {
    const manner = mannerOf(need(layers, 512, true), { workers: 2, memory });
    expect(manner).toMatchObject({ kind: 'streamed', workers: 2, windows: 4 });
    expect(bytesOf(manner)).toBeLessThan(memory);
  });

  test('in memory that grows with the norms of the layers only', () => {
    const host = { workers: 2, memory: 4 * GB };
    const [few, many] = [22, 322].map((layers) => bytesOf(mannerOf(need(layers, 512, true), host)));
    const norms = 2 * 300 * (2048 * 4 + 64) * 4;
    expect(Math.abs(many! - few! - norms)).toBeLessThan(0.01 * norms);
  });

  test('for fewer windows at a time, then for fewer workers, where there is little memory', () => {
    const manner = (memory: number) => mannerOf(need(22, 512), { workers: 4, memory });
    expect(manner(2 * GB)).toMatchObject({ kind: 'streamed', workers: 4, windows: 1 });
    expect(manner(0.5 * GB)).toMatchObject({ kind: 'streamed', workers: 1, windows: 1 });
  });

  test('for more tokens at a time where few of them go to an expert', () => {
    const experts = { num_experts: 64, num_experts_per_tok: 4, moe_intermediate_size: 768 };
    const graph = graphOf({ ...CONFIG, ...experts, model_type: 'qwen3_moe', num_hidden_layers: 12 });
    const manner = mannerOf({ ...need(1, 512, false, 16), graph }, { workers: 1, memory: 16 * GB });
    expect(manner).toMatchObject({ kind: 'streamed', windows: 16 });
  });

  test('where a host does not tell its memory, as if it were 4 GiB', () => {
    const host = { workers: 8, memory: undefined };
    const manner = mannerOf(need(12, 512), host);
    expect(manner.kind).toBe('streamed');
    expect(bytesOf(manner)).toBeLessThan(2 ** 32);
  });
});

describe('what does not fit', () => {
  test('into the machine: a shorter context would', () => {
    expect(() => mannerOf(need(10, 4096), { workers: 2, memory: 0.6 * GB })).toThrow(
      /^evaluating this model with windows of 4096 tokens takes \d+(\.\d+)? [MG]B of memory, and there are 332 MB to have; windows of (1024|512|256) tokens would fit$/,
    );
  });

  test('into WebAssembly', () => {
    expect(() => mannerOf(need(24, 1 << 17), { workers: 2, memory: 64 * GB })).toThrow(
      /^evaluating this model with windows of 131072 tokens takes \d+(\.\d+)? GB of memory, half of it in one piece, and WebAssembly gives 4\.29 GB at most; windows of (65536|32768) tokens would fit$/,
    );
  });

  test('at all', () => {
    expect(() => mannerOf(need(10, 512), { workers: 2, memory: 281.3e6 })).toThrow(
      /and there are 12\.9 MB to have; evaluate on a machine with more memory$/,
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
