import type { ModelConfig } from '../../checkpoint/model-config';
import type { Attention } from '../blocks/attention';
import type { Linear } from '../blocks/linear';
import { declareInto, type Scope } from '../describe/declare';
import { fieldsOf } from '../describe/fields';
import type { ModelGraph, TensorNames } from '../graph';
import { Refusal } from '../describe/refusal';
import { sizesOf } from '../describe/sizes';
import type { RequiredTensor } from '../weights';

/** OpenAI's own checkpoint is a bare trunk. */
const PREFIXES = ['transformer.', ''];

/** GPT-2 (Radford et al. 2019): learned positions, layer norms with biases, and weights stored as [inputs, outputs]. */
export function gpt2(config: ModelConfig, names: TensorNames): ModelGraph {
  const fields = fieldsOf(config);
  const sizes = sizesOf(config, { intermediate: 4 * (config.hidden_size ?? 0) });
  const { hidden, intermediate, heads, headSize, vocabulary } = sizes;
  if (fields.flag('add_cross_attention', false)) throw new Refusal('add_cross_attention is not implemented');
  const epsilon = fields.number('layer_norm_epsilon', 1e-5);
  const activation = fields.activation('activation_function', 'gelu_new');
  const count = config.max_position_embeddings ?? 1024;
  const scaled = fields.flag('scale_attn_weights', true) ? headSize ** -0.5 : 1;
  const byLayer = fields.flag('scale_attn_by_inverse_layer_idx', false);

  const tensors: RequiredTensor[] = [];
  const prefix = PREFIXES.find((each) => names.has(`${each}wte.weight`)) ?? PREFIXES[0]!;
  const trunk = declareInto(tensors, names, prefix, 'before');
  const attention = (at: Scope, n: number): Attention => ({
    kind: 'attention',
    ...at.fused('c_attn', {
      outputs: 3 * hidden,
      inputs: hidden,
      bias: true,
      transposed: true,
      parts: {
        q: { first: 0, count: hidden },
        k: { first: hidden, count: hidden },
        v: { first: 2 * hidden, count: hidden },
      },
    }),
    o: transposed(at, 'c_proj', hidden, hidden),
    heads,
    kvHeads: heads,
    headSize,
    scale: byLayer ? scaled / (n + 1) : scaled,
  });
  const table = trunk.table('wte', vocabulary, hidden);
  const positions = { table: trunk.table('wpe', count, hidden), count };
  const layers = Array.from({ length: sizes.layers }, (_, n) => {
    const at = trunk.within(`h.${n}.`, n);
    return [
      [{ before: at.layerNorm('ln_1', hidden, epsilon), block: attention(at.within('attn.'), n) }],
      [
        {
          before: at.layerNorm('ln_2', hidden, epsilon),
          block: {
            kind: 'mlp',
            activation,
            up: transposed(at, 'mlp.c_fc', intermediate, hidden),
            down: transposed(at, 'mlp.c_proj', hidden, intermediate),
          },
        },
      ],
    ] as const;
  });
  const norm = trunk.within('', 'after').layerNorm('ln_f', hidden, epsilon);
  const linear = config.tie_word_embeddings
    ? { weight: table }
    : declareInto(tensors, names, '', 'after').linear('lm_head', vocabulary, hidden);
  return {
    kind: 'decoder',
    architecture: 'gpt2',
    hidden,
    vocabulary,
    embedding: { table, positions },
    rotaries: [],
    layers,
    head: { norm, linear },
    tensors,
  };
}

/** transformers' Conv1D: a linear layer whose weight is stored as [inputs, outputs]. */
function transposed(at: Scope, name: string, outputs: number, inputs: number): Linear {
  const parts = { all: { first: 0, count: outputs } };
  return at.fused(name, { outputs, inputs, bias: true, transposed: true, parts }).all;
}
