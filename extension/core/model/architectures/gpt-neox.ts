import type { ModelConfig } from '../../checkpoint/model-config';
import type { Attention } from '../blocks/attention';
import type { Mlp } from '../blocks/mlp';
import { declareInto, type Scope } from '../describe/declare';
import { fieldsOf } from '../describe/fields';
import type { Layer, ModelGraph, TensorNames } from '../graph';
import { rotaryOf } from '../describe/rotary-config';
import { sizesOf } from '../describe/sizes';
import type { RequiredTensor } from '../weights';

const PREFIXES = ['gpt_neox.', ''];

/**
 * GPT-NeoX and Pythia (Black et al. 2022): attention and MLP beside each other, rotary embeddings on a quarter of each
 * head, queries, keys and values fused head by head.
 */
export function gptNeox(config: ModelConfig, names: TensorNames): ModelGraph {
  const fields = fieldsOf(config);
  const sizes = sizesOf(config);
  const { hidden, intermediate, heads, headSize, vocabulary } = sizes;
  const epsilon = fields.number('layer_norm_eps', 1e-5);
  const activation = fields.activation('hidden_act', 'gelu');
  const bias = fields.flag('attention_bias', true);
  const parallel = fields.flag('use_parallel_residual', true);
  const rotary = rotaryOf(config, headSize, {
    theta: fields.number('rotary_emb_base', 10_000),
    partial: fields.number('rotary_pct', 0.25),
    partialAllowed: true,
  });

  const tensors: RequiredTensor[] = [];
  const prefix = PREFIXES.find((each) => names.has(`${each}embed_in.weight`)) ?? PREFIXES[0]!;
  const trunk = declareInto(tensors, names, prefix, 'before');
  /** Which of the three parts of every head. */
  const everyHead = (part: number) => ({
    first: part * headSize,
    count: headSize,
    every: 3 * headSize,
    times: heads,
  });
  const attention = (at: Scope): Attention => ({
    kind: 'attention',
    ...at.fused('query_key_value', {
      outputs: 3 * hidden,
      inputs: hidden,
      bias,
      parts: { q: everyHead(0), k: everyHead(1), v: everyHead(2) },
    }),
    o: at.linear('dense', hidden, hidden, bias),
    heads,
    kvHeads: heads,
    headSize,
    scale: headSize ** -0.5,
    rotary: 0,
  });
  const mlp = (at: Scope): Mlp => ({
    kind: 'mlp',
    activation,
    up: at.linear('dense_h_to_4h', intermediate, hidden, true),
    down: at.linear('dense_4h_to_h', hidden, intermediate, true),
  });
  const table = trunk.table('embed_in', vocabulary, hidden);
  const layers = Array.from({ length: sizes.layers }, (_, n): Layer => {
    const at = trunk.within(`layers.${n}.`, n);
    const mix = { before: at.layerNorm('input_layernorm', hidden, epsilon), block: attention(at.within('attention.')) };
    const feed = { before: at.layerNorm('post_attention_layernorm', hidden, epsilon), block: mlp(at.within('mlp.')) };
    return parallel ? [[mix, feed]] : [[mix], [feed]];
  });
  const norm = trunk.within('', 'after').layerNorm('final_layer_norm', hidden, epsilon);
  const linear = config.tie_word_embeddings
    ? { weight: table }
    : declareInto(tensors, names, '', 'after').linear('embed_out', vocabulary, hidden);
  return {
    kind: 'decoder',
    architecture: 'gpt_neox',
    hidden,
    vocabulary,
    embedding: { table },
    rotaries: [rotary],
    layers,
    head: { norm, linear },
    tensors,
  };
}
