import { expect, test } from 'vitest';
import type { Rounding } from '../../../extension/core/model/blocks/linear';
import { firstDifference } from '../../../extension/core/model/first-difference';
import { graphOf } from '../../kernels/model-golden';

const LLAMA = {
  model_type: 'llama',
  hidden_size: 16,
  intermediate_size: 32,
  num_attention_heads: 2,
  num_hidden_layers: 3,
  vocab_size: 40,
};
const HEAD_ROUNDING: Rounding = { inputs: new Map([['lm_head.weight', 'int8']]), keyValues: undefined };
const TIED_ROUNDING: Rounding = { inputs: new Map([['model.embed_tokens.weight', 'int8']]), keyValues: undefined };
const DOWN_ROUNDING: Rounding = {
  inputs: new Map([['model.layers.1.mlp.down_proj.weight', 'int8']]),
  keyValues: undefined,
};

test.each<[string, readonly string[], Rounding | undefined, boolean, { embedding: boolean; layer: number }]>([
  ['nothing', [], undefined, false, { embedding: false, layer: 3 }],
  ['the head', ['lm_head.weight'], undefined, false, { embedding: false, layer: 3 }],
  ['the last norm', ['model.norm.weight'], undefined, false, { embedding: false, layer: 3 }],
  ['a late layer', ['model.layers.2.mlp.up_proj.weight'], undefined, false, { embedding: false, layer: 2 }],
  ['the embedding', ['model.embed_tokens.weight'], undefined, false, { embedding: true, layer: 0 }],
  ['inputs of a layer', [], DOWN_ROUNDING, false, { embedding: false, layer: 1 }],
  ['inputs of the head', [], HEAD_ROUNDING, false, { embedding: false, layer: 3 }],
  ['inputs of the head, which is the embedding', [], TIED_ROUNDING, true, { embedding: false, layer: 3 }],
  ['keys', [], { inputs: new Map(), keyValues: 'int8' }, false, { embedding: false, layer: 0 }],
])('a cast that changes %s', (_, changed, rounding, tied, difference) => {
  const graph = graphOf({ ...LLAMA, tie_word_embeddings: tied });
  expect(firstDifference(graph, new Set(changed), rounding)).toEqual(difference);
});
