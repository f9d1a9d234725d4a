import { describe, expect, test } from 'vitest';
import { parseModelConfig } from '../../../extension/core/checkpoint/config';
import { encodeConfig } from '../../../extension/core/checkpoint/encode-config';

const parse = (config: object): ReturnType<typeof parseModelConfig> => parseModelConfig(JSON.stringify(config));

test('the fields of a Llama', () => {
  const config = parse({
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    hidden_size: 576,
    intermediate_size: 1536,
    num_hidden_layers: 30,
    num_attention_heads: 9,
    num_key_value_heads: 3,
    vocab_size: 49152,
    max_position_embeddings: 8192,
    rms_norm_eps: 1e-5,
    rope_theta: 100000,
    tie_word_embeddings: true,
    bos_token_id: 0,
    torch_dtype: 'bfloat16',
  });
  expect(config).toMatchObject({
    model_type: 'llama',
    architectures: ['LlamaForCausalLM'],
    hidden_size: 576,
    num_key_value_heads: 3,
    head_dim: undefined,
    rms_norm_eps: 1e-5,
    rope_theta: 100000,
    tie_word_embeddings: true,
    bos_token_id: 0,
    quantization_config: undefined,
  });
  expect(config.raw['torch_dtype']).toBe('bfloat16');
});

test('a config of several towers gives the figures of its language model', () => {
  const config = parse({
    model_type: 'gemma3',
    architectures: ['Gemma3ForConditionalGeneration'],
    hidden_size: 1,
    vision_config: { hidden_size: 1152 },
    text_config: { model_type: 'gemma3_text', hidden_size: 2560, num_hidden_layers: 34 },
  });
  expect(config).toMatchObject({ model_type: 'gemma3', hidden_size: 2560, num_hidden_layers: 34 });
});

test('names that GPT-2 and BLOOM use', () => {
  expect(parse({ model_type: 'gpt2', n_embd: 768, n_layer: 12, n_head: 12, n_positions: 1024 })).toMatchObject({
    hidden_size: 768,
    num_hidden_layers: 12,
    num_attention_heads: 12,
    max_position_embeddings: 1024,
  });
});

describe('rope_theta', () => {
  test.each([
    ['beside the other fields', { rope_theta: 1e6 }],
    ['in rope_parameters', { rope_parameters: { rope_type: 'default', rope_theta: 1e6 } }],
    [
      'in rope_parameters by kind of attention',
      { rope_parameters: { sliding_attention: { rope_theta: 1e4 }, full_attention: { rope_theta: 1e6 } } },
    ],
    ['in the rope_parameters of the language model', { text_config: { rope_parameters: { rope_theta: 1e6 } } }],
  ])('%s', (_, config) => {
    expect(parse(config).rope_theta).toBe(1e6);
  });
});

describe('tied embeddings', () => {
  test.each<[string, object, boolean]>([
    ['said to be', { model_type: 'llama', tie_word_embeddings: true }, true],
    ['said not to be', { model_type: 'gemma', tie_word_embeddings: false }, false],
    ['said in the language part', { model_type: 'x', text_config: { tie_word_embeddings: true } }, true],
    ['not said, in a family that ties', { model_type: 'gemma3', text_config: { model_type: 'gemma3_text' } }, true],
    ['not said, in a family that does not', { model_type: 'llama' }, false],
  ])('%s', (_, config, tied) => {
    expect(parse(config).tie_word_embeddings).toBe(tied);
  });
});

test('figures that are missing, null or a list a layer are undefined', () => {
  const config = parse({ hidden_size: null, intermediate_size: [1024, 2048], head_dim: -1 });
  expect([config.hidden_size, config.intermediate_size, config.head_dim]).toEqual([undefined, undefined, undefined]);
  expect(parse({ bos_token_id: [1, 2] }).bos_token_id).toBe(1);
});

test('a checkpoint that is quantized already says so', () => {
  expect(parse({ quantization_config: { quant_method: 'awq' } }).quantization_config).toEqual({ quant_method: 'awq' });
});

test.each([
  ['{"hidden_size": "576"}', 'config.json: hidden_size is "576", expected an integer of 0 or more'],
  ['{"num_hidden_layers": 1.5}', 'config.json: num_hidden_layers is 1.5, expected an integer of 0 or more'],
  ['{"rms_norm_eps": true}', 'config.json: rms_norm_eps is true, expected a number of 0 or more'],
  ['[]', 'config.json: expected an object, found a list'],
  ['{"a": 1, "a": 2}', 'config.json, byte 9: the key "a" comes twice'],
  ['{"a": ', 'config.json, byte 6: expected a value, found the end'],
])('%s is refused', (text, message) => {
  expect(() => parseModelConfig(text)).toThrow(message);
});

test('infinities, which Python writes, survive reading and writing', () => {
  const text = '{\n  "time_step_limit": [\n    0,\n    Infinity\n  ],\n  "low": -Infinity,\n  "note": "Infinity"\n}\n';
  expect(encodeConfig(parseModelConfig(text).raw)).toBe(text);
});
