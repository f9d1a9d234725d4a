import { describe, expect, it } from 'vitest';
import { braces, mergeFamilies } from '../../extension/service/family-merges';
import { indexTensors } from '../../extension/service/tensor-index';
import { LLAMA } from './editor';

describe('words in braces', () => {
  it.each([
    [['q_proj', 'k_proj', 'v_proj'], '{q,k,v}_proj'],
    [['input_layernorm', 'post_attention_layernorm'], '{input,post_attention}_layernorm'],
    [['w1', 'w2', 'w3'], '{w1,w2,w3}'],
    [['attn_q_norm', 'attn_k_norm'], 'attn_{q,k}_norm'],
    [['up_proj', 'gate_up_proj'], '{up,gate_up}_proj'],
    [['proj', 'up_proj'], '{proj,up_proj}'],
    [['a,b', 'c*d'], '{a\\,b,c\\*d}'],
  ])('%j are %s', (words, glob) => {
    expect(braces(words)).toBe(glob);
  });
});

describe('families of names', () => {
  it('differ in numbers only', () => {
    const { families } = indexTensors(LLAMA);
    expect(families).toHaveLength(11);
    const down = families.find(({ example }) => example.name.includes('down_proj'));
    expect(down?.segments).toEqual(['model', 'layers', undefined, 'mlp', 'down_proj', 'weight']);
    expect([...down!.numbers[0]!]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(down?.bytes).toBe(6 * 256 * 512 * 2);
  });

  it('are merged with their like', () => {
    const globs = mergeFamilies(indexTensors(LLAMA).families).map(({ glob }) => glob);
    expect(globs).toEqual([
      '{input,post_attention}_layernorm',
      '{gate,up,down}_proj',
      '{gate,up}_proj',
      '{q,k,v,o}_proj',
      '{q,k,v}_proj',
    ]);
  });
});
