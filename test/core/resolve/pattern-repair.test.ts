import { describe, expect, it } from 'vitest';
import { nameTemplates } from '../../../extension/core/resolve/name-templates';
import { repairGlob } from '../../../extension/core/resolve/pattern-repair';
import { llamaRows, treeOf } from './model-names';

const templates = nameTemplates(treeOf(llamaRows(3)));

describe('name templates', () => {
  it('tell names that differ in numbers once', () => {
    expect(templates).toHaveLength(11);
    expect(templates[1]).toMatchObject({ segments: ['model', 'layers', '0', 'input_layernorm', 'weight'] });
    expect(templates[1]!.tensors).toHaveLength(3);
  });
});

describe('the nearest glob', () => {
  it.each([
    // A prefix or a suffix is missing
    ['layers.*.mlp.up_proj.weight', 'model.layers.*.mlp.up_proj.weight'],
    ['mlp.up_proj.weight', 'model.layers.*.mlp.up_proj.weight'],
    ['model.layers.*.mlp.up_proj', 'model.layers.*.mlp.up_proj.weight'],
    // A segment is misspelt, missing or too much
    ['model.layers.*.mpl.up_proj.weight', 'model.layers.*.mlp.up_proj.weight'],
    ['model.layers.*.up_proj.weight', 'model.layers.*.mlp.up_proj.weight'],
    ['model.decoder.layers.*.mlp.up_proj.weight', 'model.layers.*.mlp.up_proj.weight'],
    ['model.layer.*.self_attention.q_proj.weight', 'model.layers.*.self_attn.q_proj.weight'],
    // Wildcards that fit are kept as written
    ['layers.{0..2}.mlp.{gate,up}_proj.weight', 'model.layers.{0..2}.mlp.{gate,up}_proj.weight'],
    ['**.mpl.[gu]*.weight', '**.mlp.[gu]*.weight'],
    ['**.self_atn.**', '**.self_attn.**'],
    // Two slips at once
    ['layers.*.mlp.up_prj.weight', 'model.layers.*.mlp.up_proj.weight'],
  ])('to %s is %s', (source, expected) => {
    expect(repairGlob(source, templates)[0]?.source).toBe(expected);
  });

  it.each([
    'completely.different',
    'a',
    'x.y.z.weight',
    'model.{a.b,c}.weight',
    'model**weight',
    `${'a.'.repeat(40)}b`,
  ])('to %s is none', (source) => {
    expect(repairGlob(source, templates)).toEqual([]);
  });

  it('keeps something of what was written', () => {
    const sources = repairGlob('*.q_proj.*', templates).map(({ source }) => source);
    expect(sources.length).toBeGreaterThan(0);
    expect(sources.filter((source) => !source.includes('q_proj'))).toEqual([]);
  });

  it('escapes what a name has of the pattern language', () => {
    const odd = nameTemplates(treeOf([['blocks.[a].weight', [1]]]));
    expect(repairGlob('block.\\[a\\].weight', odd)[0]?.source).toBe('blocks.\\[a\\].weight');
    expect(repairGlob('blocks.b.weight', odd)[0]?.source).toBe('blocks.\\[a\\].weight');
  });
});
