import { describe, expect, it } from 'vitest';
import { treeOf } from '../core/resolve/model-names';
import { checkpointOf, edit, memoryWorkspace } from './editor';

const HEAD = 'version: 1\ncheckpoint: model\ndefault: bf16\nrules:\n';

describe('hover over a pattern', () => {
  it('says what it matches, what becomes of that, and who decides the rest', async () => {
    const editor = edit(`${HEAD}  - match: "**.mlp.*_pr|oj.weight"
    dtype: int4
  - match: "**.up_proj.weight"
    dtype: fp8_e4m3
`);
    expect(await editor.hovered()).toBe('**.mlp.*_proj.weight');
    expect(await editor.hover()).toBe(`Matches 18 tensors, 4.72 MB:

- \`model.layers.0.mlp.down_proj.weight\`: BF16 → int4 group 128
- \`model.layers.0.mlp.gate_proj.weight\`: BF16 → int4 group 128
- \`model.layers.0.mlp.up_proj.weight\`: BF16 → fp8_e4m3 channel
- \`model.layers.1.mlp.down_proj.weight\`: BF16 → int4 group 128
- \`model.layers.1.mlp.gate_proj.weight\`: BF16 → int4 group 128
- and 13 more

This rule decides 12 of them: 3.15 MB → 811 kB. Rule 2 decides 6.`);
  });

  it('says when it matches nothing, and reads regular expressions too', async () => {
    expect(await edit(`${HEAD}  - match: "visual.|*"\n    dtype: int8\n`).hover()).toContain('Matches no tensor');
    expect(await edit(`${HEAD}  - match: "/.*no|rm.*/"\n    dtype: keep\n`).hover()).toContain('Matches 13 tensors');
  });

  it('of one tensor says what that is and why it gets its dtype', async () => {
    const editor = edit(`${HEAD}  - match: "**.mlp.*_proj.weight"
    dtype: int4
  - match: [model.layers.2.mlp.u|p_proj.weight]
    dtype: fp8_e4m3
    because: outliers
`);
    expect(await editor.hover()).toBe(`\`model.layers.2.mlp.up_proj.weight\`

- BF16 [512, 256] → fp8_e4m3 channel, 262 kB → 133 kB, 8.13 bits per weight
- Up projection of the MLP, layer 2
- Decided by rule 2 in line 7 (outliers)
- Beats rule 1 in line 5, which asks for int4: the last rule that matches wins
- Must agree with \`model.layers.2.mlp.gate_proj.weight\`, but that gets int4 group 128`);
  });
});

describe('hover over a dtype', () => {
  it('says what it is and what it does to the tensors of the rule', async () => {
    const hover = await edit(`${HEAD}  - match: "**.mlp.*_proj.weight"\n    dtype: in|t4\n    group: 64\n`).hover();
    expect(hover).toContain('`int4`: 4-bit integer');
    expect(hover).toContain('Largest magnitude of a code: 7');
    expect(hover).toContain('Source: ');
    expect(hover).toContain('On the 18 tensors of this rule: 4.72 MB → 1.25 MB, 4.25 bits per weight.');
  });

  it('knows other spellings, keep and the default', async () => {
    expect(await edit('default: bfloat|16\n').hover()).toContain('`bf16`');
    expect(await edit('default: ke|ep\n').hover()).toContain('byte for byte');
    expect(await edit(`${HEAD.replace('bf16', 'fp|32')}  []\n`).hover()).toContain(
      'On the 56 tensors that no rule matches',
    );
  });
});

describe('hover over other words', () => {
  it('explains keys', async () => {
    expect(await edit('rul|es: []\n').hover()).toContain('the LAST rule that matches a tensor decides');
    expect(await edit('evaluate: { sco|ring: all }\n').hover()).toContain('`second-half`');
  });

  it('explains values by their key', async () => {
    expect(await edit('target: ml|x\n').hover()).toContain('`target`: Who will load the result.');
  });

  it('says which layers are meant', async () => {
    const hover = await edit(`${HEAD}  - match: "**.mlp.**"\n    layers: "2..|-3"\n    dtype: int8\n`).hover();
    expect(hover).toBe('Layers 2 to 3 of 6 layers. The rule selects 6 tensors there.');
  });

  it('describes the checkpoint', async () => {
    expect(await edit('checkpoint: mo|del\ndefault: fp8_e4m3\n').hover())
      .toBe(`- 56 tensors in 6 layers, 3.87 million weights
- 7.74 MB in 1 file, 3.92 MB with this policy
- Stored as \`BF16\``);
  });

  it('names the dtypes it is stored in, its architecture, and what is odd about it', async () => {
    const tree = treeOf([
      ['a.weight', [2, 2]],
      ['b.weight', [2, 2]],
      ['c.weight', [2], 'F32'],
    ]);
    const workspace = memoryWorkspace(checkpointOf(tree, { warnings: ['the index is wrong'] }));
    const hover = await edit('checkpoint: mo|del\n', workspace).hover();
    expect(hover).toContain('Stored as `BF16`, `F32` (1)');
    expect(hover).toContain('- the index is wrong');
  });

  it('says why a checkpoint could not be opened', async () => {
    expect(await edit('checkpoint: mis|sing\n').hover()).toContain('missing: no such file or folder');
  });

  it('has nothing to say between the words', async () => {
    expect(await edit('version: 1\n|\nrules: []\n').hover()).toBeUndefined();
    expect(await edit('# com|ment\n').hover()).toBeUndefined();
  });
});
