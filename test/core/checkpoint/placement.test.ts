import { expect, test } from 'vitest';
import { placeName } from '../../../extension/core/checkpoint/placement';

test.each([
  // name, tower, layer, expert, inner
  ['model.layers.3.self_attn.q_proj.weight', 'model.layers', 3, undefined, 'self_attn.q_proj.weight'],
  ['model.layers.3.mlp.experts.7.up_proj.weight', 'model.layers', 3, 7, 'mlp.experts.up_proj.weight'],
  ['model.layers.12.mlp.experts.down_proj', 'model.layers', 12, undefined, 'mlp.experts.down_proj'],
  ['model.layers.3.mlp.experts.expert_7.wi.weight', 'model.layers', 3, 7, 'mlp.experts.wi.weight'],
  ['h.0.attn.c_attn.weight', 'h', 0, undefined, 'attn.c_attn.weight'],
  ['blk.31.ffn_down.weight', 'blk', 31, undefined, 'ffn_down.weight'],
  ['visual.blocks.2.attn.qkv.weight', 'visual.blocks', 2, undefined, 'attn.qkv.weight'],
  ['encoder.block.1.layer.0.SelfAttention.q.weight', 'encoder.block', 1, undefined, 'layer.0.SelfAttention.q.weight'],
])('%s stands in a layer', (name, tower, layer, expert, inner) => {
  expect(placeName(name)).toEqual({ tower, layer, expert, inner });
});

test.each([
  'lm_head.weight',
  'model.projector.layers.weight',
  'model.layers.01.weight',
  // No name may ask for a table of a billion rows.
  'model.layers.999999999.weight',
  'sublayers.3.weight',
  'vision.neck.0.weight',
])('%s stands in none', (name) => {
  expect(placeName(name)).toEqual({ tower: '', layer: undefined, expert: undefined, inner: name });
});
