import type { ModelConfig } from '../checkpoint/model-config';
import type { RequiredTensor, Unsupported } from './graph';
import type { Activations, Matrix, ModelOps, RotaryTable, Vector, Weights } from './ops';
import { rotaryScaling, type RotaryScaling } from './rotary';

/** Sizes of a Llama (Touvron et al. 2023; grouped queries from Llama 2), from its config.json. */
export interface LlamaGraph {
  readonly kind: 'llama';
  readonly hidden: number;
  readonly intermediate: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  readonly vocabulary: number;
  readonly ropeTheta: number;
  readonly ropeScaling: RotaryScaling;
  readonly rmsEpsilon: number;
  /** The head is the embedding. */
  readonly tied: boolean;
  readonly tensors: readonly RequiredTensor[];
}

/** Validates a config of model_type llama. What it can't run exactly it refuses, with the field's name. */
export function llamaGraph(config: ModelConfig): LlamaGraph | Unsupported {
  const refuse = (reason: string): Unsupported => ({ kind: 'unsupported', reason: `config.json: ${reason}` });
  const { hidden_size: hidden, intermediate_size: intermediate, num_hidden_layers: layers } = config;
  const { num_attention_heads: heads, vocab_size: vocabulary, raw } = config;
  if (!hidden || !intermediate || !layers || !heads || !vocabulary) {
    return refuse('hidden_size, intermediate_size, num_hidden_layers, num_attention_heads and vocab_size are needed');
  }
  const kvHeads = config.num_key_value_heads ?? heads;
  const headSize = config.head_dim ?? hidden / heads;
  if (headSize < 2 || headSize % 2 !== 0) return refuse(`a head of ${headSize} elements can't be rotated by halves`);
  if (kvHeads < 1 || heads % kvHeads !== 0) {
    return refuse(`num_attention_heads ${heads} is not a multiple of num_key_value_heads ${kvHeads}`);
  }
  for (const key of ['attention_bias', 'mlp_bias']) {
    if (raw[key] === true) return refuse(`${key} is not implemented`);
  }
  const activation = raw['hidden_act'] ?? 'silu';
  if (activation !== 'silu') return refuse(`hidden_act ${JSON.stringify(activation)} is not implemented; silu is`);
  const ropeScaling = rotaryScaling(config);
  if (ropeScaling.kind === 'refused') return refuse(ropeScaling.reason);
  const sizes = {
    hidden,
    intermediate,
    layers,
    heads,
    kvHeads,
    headSize,
    vocabulary,
    ropeTheta: config.rope_theta ?? 10_000,
    ropeScaling,
    rmsEpsilon: config.rms_norm_eps ?? 1e-6,
    tied: config.tie_word_embeddings,
  };
  return { kind: 'llama', ...sizes, tensors: llamaTensors(sizes) };
}

const EMBEDDING = 'model.embed_tokens.weight';
const LAST_NORM = 'model.norm.weight';

function llamaTensors(s: Omit<LlamaGraph, 'kind' | 'tensors'>): readonly RequiredTensor[] {
  const q = s.heads * s.headSize;
  const kv = s.kvHeads * s.headSize;
  const layer = (n: number): RequiredTensor[] => {
    const at = (name: string, ...shape: number[]): RequiredTensor => ({ name: inLayer(n, name), shape, layer: n });
    return [
      at('input_layernorm', s.hidden),
      at('self_attn.q_proj', q, s.hidden),
      at('self_attn.k_proj', kv, s.hidden),
      at('self_attn.v_proj', kv, s.hidden),
      at('self_attn.o_proj', s.hidden, q),
      at('post_attention_layernorm', s.hidden),
      at('mlp.gate_proj', s.intermediate, s.hidden),
      at('mlp.up_proj', s.intermediate, s.hidden),
      at('mlp.down_proj', s.hidden, s.intermediate),
    ];
  };
  return [
    { name: EMBEDDING, shape: [s.vocabulary, s.hidden], layer: 'before' },
    ...Array.from({ length: s.layers }, (_, n) => layer(n)).flat(),
    { name: LAST_NORM, shape: [s.hidden], layer: 'after' },
    ...(s.tied ? [] : [{ name: 'lm_head.weight', shape: [s.vocabulary, s.hidden], layer: 'after' } as const]),
  ];
}

function inLayer(n: number, name: string): string {
  return `model.layers.${n}.${name}.weight`;
}

/** The residual stream before the first layer, one row a token. */
export function llamaEmbed(ops: ModelOps, weights: Weights, tokens: Int32Array): Activations {
  return ops.embed(matrix(weights, EMBEDDING), tokens);
}

/** Logits of some rows of the residual stream behind the last layer. */
export function llamaLogits(graph: LlamaGraph, ops: ModelOps, weights: Weights, x: Activations): Activations {
  const hidden = ops.rmsNorm(x, vector(weights, LAST_NORM), graph.rmsEpsilon);
  return ops.linear(ops.pack(hidden), matrix(weights, graph.tied ? EMBEDDING : 'lm_head.weight'));
}

/** Rows computed at a time: activations of a layer stay in the cache, and memory does not grow with the context. */
const BLOCK = 128;

/** Layer `n`, added to the residual stream `x` in place. Pauses after each block of rows. */
export function* llamaLayer(
  graph: LlamaGraph,
  n: number,
  ops: ModelOps,
  weights: Weights,
  x: Activations,
  rotary: RotaryTable,
): Generator<void, void, undefined> {
  const { heads, kvHeads, headSize, rmsEpsilon } = graph;
  const weight = (name: string): Matrix => matrix(weights, inLayer(n, name));
  const norm = (name: string): Vector => vector(weights, inLayer(n, name));
  const layer = ops.mark();
  try {
    const cache = ops.keyValues(x.rows, kvHeads, headSize);
    for (let first = 0; first < x.rows; first += BLOCK) {
      const block = ops.mark();
      const residual = ops.rows(x, first, Math.min(BLOCK, x.rows - first));

      const forAttention = ops.pack(ops.rmsNorm(residual, norm('input_layernorm'), rmsEpsilon));
      const q = ops.linear(forAttention, weight('self_attn.q_proj'));
      const k = ops.linear(forAttention, weight('self_attn.k_proj'));
      const v = ops.linear(forAttention, weight('self_attn.v_proj'));
      ops.rotate(q, first, heads, rotary, headSize ** -0.5);
      ops.rotate(k, first, kvHeads, rotary, 1);
      ops.append(cache, first, k, v);
      const mixed = ops.attention(q, cache, first, heads);
      ops.addLinear(ops.pack(mixed), weight('self_attn.o_proj'), residual);

      const forMlp = ops.pack(ops.rmsNorm(residual, norm('post_attention_layernorm'), rmsEpsilon));
      const gate = ops.linear(forMlp, weight('mlp.gate_proj'));
      ops.swiglu(gate, ops.linear(forMlp, weight('mlp.up_proj')));
      ops.addLinear(ops.pack(gate), weight('mlp.down_proj'), residual);
      ops.release(block);
      yield;
    }
  } finally {
    ops.release(layer);
  }
}

function matrix(weights: Weights, name: string): Matrix {
  const weight = weights(name);
  if (weight.kind === 'matrix') return weight;
  throw new Error(`${name}: expected a matrix, found a vector`);
}

function vector(weights: Weights, name: string): Vector {
  const weight = weights(name);
  if (weight.kind === 'vector') return weight;
  throw new Error(`${name}: expected a vector, found a matrix`);
}
