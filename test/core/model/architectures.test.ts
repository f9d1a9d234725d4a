import { describe, expect, test } from 'vitest';
import { parseModelConfig } from '../../../extension/core/checkpoint/config';
import { modelGraph, SUPPORTED_MODEL_TYPES } from '../../../extension/core/model/architectures';
import type { Attention } from '../../../extension/core/model/blocks/attention';
import type { ModelGraph } from '../../../extension/core/model/graph';

const LLAMA = {
  model_type: 'llama',
  hidden_size: 256,
  intermediate_size: 512,
  num_hidden_layers: 6,
  num_attention_heads: 8,
  num_key_value_heads: 2,
  vocab_size: 2048,
  max_position_embeddings: 4096,
  rms_norm_eps: 1e-5,
  tie_word_embeddings: true,
};

function supported(change: object, names: readonly string[] = []): ModelGraph {
  const result = modelGraph(parseModelConfig(JSON.stringify({ ...LLAMA, ...change })), new Set(names));
  if (result.kind === 'unsupported') throw new Error(result.reason);
  return result;
}

function reason(change: object): string {
  const result = modelGraph(parseModelConfig(JSON.stringify({ ...LLAMA, ...change })));
  return result.kind === 'unsupported' ? result.reason : 'supported';
}

function attentions(graph: ModelGraph): readonly Attention[] {
  return graph.layers
    .flat(2)
    .map(({ block }) => block)
    .filter((block) => block.kind === 'attention');
}

const windows = (change: object): readonly (number | undefined)[] =>
  attentions(supported(change)).map(({ window }) => window);

test('a Llama names its tensors and their shapes', () => {
  const graph = supported({});
  expect(attentions(graph)[0]).toMatchObject({ heads: 8, kvHeads: 2, headSize: 32, scale: 32 ** -0.5 });
  const text = graph.tensors.map(({ name, shape }) => `${name} ${shape.join('x')}`);
  expect(text).toHaveLength(1 + 6 * 9 + 1);
  expect(text.slice(0, 6)).toEqual([
    'model.embed_tokens.weight 2048x256',
    'model.layers.0.input_layernorm.weight 256',
    'model.layers.0.self_attn.q_proj.weight 256x256',
    'model.layers.0.self_attn.k_proj.weight 64x256',
    'model.layers.0.self_attn.v_proj.weight 64x256',
    'model.layers.0.self_attn.o_proj.weight 256x256',
  ]);
  expect(text.at(-1)).toBe('model.norm.weight 256');
  expect(graph.head.linear.weight).toBe('model.embed_tokens.weight');
});

test('a head of its own is needed when it is not tied', () => {
  expect(supported({ tie_word_embeddings: false }).tensors.at(-1)).toMatchObject({
    name: 'lm_head.weight',
    shape: [2048, 256],
    layer: 'after',
  });
});

test('every head has its own keys when the config does not say otherwise', () => {
  expect(attentions(supported({ num_key_value_heads: undefined }))[0]).toMatchObject({ kvHeads: 8 });
});

test('the graph can be posted to a worker', () => {
  const graph = supported({ model_type: 'gemma3_text' });
  expect(structuredClone(graph)).toEqual(graph);
});

describe('names', () => {
  const first = (change: object, ...names: string[]): readonly string[] => {
    const { tensors } = supported({ tie_word_embeddings: false, ...change }, names);
    return [tensors[0]!.name, tensors.at(-1)!.name];
  };
  test.each([
    ['model.', 'model.embed_tokens.weight', 'lm_head.weight'],
    ['a bare trunk', 'embed_tokens.weight', 'lm_head.weight'],
    ['beside images, since transformers 4.52', 'model.language_model.embed_tokens.weight', 'lm_head.weight'],
    ['beside images, before', 'language_model.model.embed_tokens.weight', 'language_model.lm_head.weight'],
  ])('Llama-like, %s', (_, embedding, head) => {
    expect(first({}, embedding)).toEqual([embedding, head]);
  });
  test('GPT-2 as OpenAI saved it, and as transformers saves it', () => {
    const gpt2 = { model_type: 'gpt2', tie_word_embeddings: true };
    expect(first(gpt2, 'wte.weight')).toEqual(['wte.weight', 'ln_f.bias']);
    expect(first(gpt2)).toEqual(['transformer.wte.weight', 'transformer.ln_f.bias']);
  });
  test('GPT-NeoX, whole and bare', () => {
    expect(first({ model_type: 'gpt_neox' })).toEqual(['gpt_neox.embed_in.weight', 'embed_out.weight']);
    expect(first({ model_type: 'gpt_neox' }, 'embed_in.weight')).toEqual(['embed_in.weight', 'embed_out.weight']);
  });
});

describe('sliding windows', () => {
  const none = Array.from({ length: 6 }, () => undefined);
  test.each<[string, object, readonly (number | undefined)[]]>([
    ['Mistral: every layer', { model_type: 'mistral', sliding_window: 9 }, [9, 9, 9, 9, 9, 9]],
    ['Mistral: null is none', { model_type: 'mistral', sliding_window: null }, none],
    ['Mixtral: none when it is not said', { model_type: 'mixtral' }, none],
    ['Phi-3: every layer', { model_type: 'phi3', sliding_window: 7 }, [7, 7, 7, 7, 7, 7]],
    ['Qwen 2: given but not used', { model_type: 'qwen2', sliding_window: 9, max_window_layers: 2 }, none],
    [
      'Qwen 2: from max_window_layers on',
      { model_type: 'qwen2', use_sliding_window: true, sliding_window: 9, max_window_layers: 4 },
      [undefined, undefined, undefined, undefined, 9, 9],
    ],
    ['Gemma 2: every other', { model_type: 'gemma2' }, [4096, undefined, 4096, undefined, 4096, undefined]],
    ['Gemma 3: five of six', { model_type: 'gemma3_text', sliding_window: 5 }, [5, 5, 5, 5, 5, undefined]],
    [
      'layer_types decide',
      {
        model_type: 'gemma2',
        num_hidden_layers: 2,
        sliding_window: 5,
        layer_types: ['full_attention', 'sliding_attention'],
      },
      [undefined, 5],
    ],
  ])('%s', (_, change, wanted) => {
    expect(windows(change)).toEqual(wanted);
  });
});

describe('rotary embeddings', () => {
  const DEFAULT = { kind: 'default' };
  test.each<[object, readonly object[]]>([
    [{ rope_scaling: null, rope_theta: 5e5 }, [{ size: 32, theta: 5e5, scaling: DEFAULT }]],
    [{ rope_parameters: { rope_type: 'default', rope_theta: 7 } }, [{ size: 32, theta: 7, scaling: DEFAULT }]],
    [
      { rope_scaling: { type: 'linear', factor: 4 } },
      [{ size: 32, theta: 10_000, scaling: { kind: 'linear', factor: 4 } }],
    ],
    [{ model_type: 'mixtral' }, [{ size: 32, theta: 1e6, scaling: DEFAULT }]],
    [{ model_type: 'gpt_neox' }, [{ size: 8, theta: 10_000, scaling: DEFAULT }]],
    [{ model_type: 'phi3', partial_rotary_factor: 0.75 }, [{ size: 24, theta: 10_000, scaling: DEFAULT }]],
    [{ model_type: 'gpt2' }, []],
    [
      { model_type: 'gemma3', text_config: { head_dim: 64, rope_scaling: { rope_type: 'linear', factor: 8 } } },
      [
        { size: 64, theta: 10_000, scaling: DEFAULT },
        { size: 64, theta: 1e6, scaling: { kind: 'linear', factor: 8 } },
      ],
    ],
  ])('of %j', (change, wanted) => {
    expect(supported(change).rotaries).toEqual(wanted);
  });
});

test('the language model of a Gemma 3 with images: what its config leaves out is that of transformers', () => {
  const graph = supported({
    ...Object.fromEntries(Object.keys(LLAMA).map((key) => [key, undefined])),
    model_type: 'gemma3',
    text_config: { model_type: 'gemma3_text', hidden_size: 2560, intermediate_size: 10240, num_hidden_layers: 34 },
    vision_config: { hidden_size: 1152 },
  });
  expect(graph).toMatchObject({ hidden: 2560, vocabulary: 262_208, embedding: { scale: Math.sqrt(2560) } });
  expect(attentions(graph)[0]).toMatchObject({ heads: 8, kvHeads: 4, headSize: 256, scale: 1 / 16, window: 4096 });
});

test('layers of a Qwen mixture that have no experts', () => {
  const moe = {
    model_type: 'qwen3_moe',
    num_experts: 3,
    num_experts_per_tok: 2,
    moe_intermediate_size: 8,
    head_dim: 32,
  };
  const kinds = supported({ ...moe, decoder_sparse_step: 2, mlp_only_layers: [3] }).layers.map(
    (steps) => steps[1]![0]!.block.kind,
  );
  expect(kinds).toEqual(['gated-mlp', 'experts', 'gated-mlp', 'gated-mlp', 'gated-mlp', 'experts']);
});

describe('what can not be run is refused, and the message says why', () => {
  test.each<[object, string]>([
    [{ hidden_size: undefined }, 'hidden_size is needed'],
    [{ num_hidden_layers: 0 }, 'num_hidden_layers is needed'],
    [{ num_key_value_heads: 3 }, 'num_attention_heads 8 is not a multiple of num_key_value_heads 3'],
    [{ head_dim: 33 }, "33 elements of a head of 33 can't be rotated by halves"],
    [{ num_attention_heads: 9, num_key_value_heads: 9 }, 'hidden_size 256 is not a multiple of num_attention_heads 9'],
    [{ attention_bias: 'yes' }, 'attention_bias is "yes", expected true or false'],
    [
      { hidden_act: 'mish' },
      'hidden_act "mish" is not implemented; silu, swish, gelu, gelu_python, gelu_new, gelu_fast, gelu_pytorch_tanh, relu are',
    ],
    [
      { rope_scaling: { rope_type: 'mrope' } },
      'rope scaling "mrope" is not implemented; default, linear, dynamic, llama3, yarn and longrope are',
    ],
    [{ rope_scaling: { rope_type: 'llama3', factor: 8 } }, 'rope scaling "llama3" needs low_freq_factor'],
    [
      { rope_scaling: { type: 'longrope', short_factor: [1], factor: 2 } },
      'rope scaling "longrope" needs short_factor: 16 numbers above 0',
    ],
    [{ partial_rotary_factor: 0.5, rope_parameters: {} }, 'partial_rotary_factor 0.5 is not implemented'],
    [
      { model_type: 'gemma2', layer_types: ['chunked_attention'] },
      'layer_types "chunked_attention" is not implemented',
    ],
    [{ model_type: 'gemma2', query_pre_attn_scalar: -4 }, 'query_pre_attn_scalar is -4, expected a number above 0'],
    [
      { model_type: 'gemma3_text', use_bidirectional_attention: true },
      'use_bidirectional_attention is not implemented',
    ],
    [{ model_type: 'gpt2', add_cross_attention: true }, 'add_cross_attention is not implemented'],
    [{ model_type: 'mixtral', num_local_experts: 2.5 }, 'num_local_experts is 2.5, expected an integer of 0 or more'],
    [
      { model_type: 'mixtral', num_local_experts: 2, num_experts_per_tok: 3 },
      'num_experts_per_tok is 3, expected 1 to 2, the number of experts',
    ],
  ])('%j', (change, message) => {
    expect(reason(change)).toBe(`config.json: ${message}`);
  });

  test('another architecture', () => {
    expect(reason({ model_type: 'mamba' })).toBe(
      "the forward pass of mamba is not implemented, so it can't be evaluated; implemented are " +
        `${SUPPORTED_MODEL_TYPES.join(', ')}. Checking, planning and applying work all the same`,
    );
  });

  test('no config', () => {
    expect(modelGraph(undefined)).toEqual({
      kind: 'unsupported',
      reason: 'the checkpoint has no config.json, which says how the model is built',
    });
  });
});
