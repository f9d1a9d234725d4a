import { describe, expect, it } from 'vitest';
import { treeOf } from '../core/resolve/model-names';
import { checkpointOf, edit, memoryWorkspace } from './editor';

const HEAD = 'version: 1\ncheckpoint: model\n';

/** Labels proposed at the bar of a policy for the small Llama. */
async function labels(marked: string): Promise<readonly string[]> {
  const { items } = await edit(HEAD + marked).completions();
  return items.map(({ label }) => label);
}

describe('keys', () => {
  it('are those that the policy does not have yet', async () => {
    const all = await labels('|');
    expect(all).toEqual(expect.arrayContaining(['target', 'default', 'rules', 'formats', 'budget', 'evaluate']));
    expect(all).not.toContain('version');
    expect(all).not.toContain('checkpoint');
  });

  it('of a rule begin with what it can not do without', async () => {
    const all = await labels('rules:\n  - match: a\n    |');
    expect(all.slice(0, 4)).toEqual(['dtype', 'except', 'layers', 'group']);
    expect(all).not.toContain('match');
  });

  it('of a rule are those that its format takes', async () => {
    const keys = (dtype: string) => labels(`rules:\n  - match: a\n    dtype: ${dtype}\n    |`);
    expect(await keys('bf16')).not.toContain('group');
    expect(await keys('keep')).toEqual(expect.arrayContaining(['except', 'layers', 'because']));
    for (const key of ['group', 'scale', 'scale_dtype', 'round', 'nu']) expect(await keys('keep')).not.toContain(key);
    expect(await keys('int4')).toContain('group');
    expect(await keys('int4')).not.toContain('nu');
  });

  it('leave out what is said already in another way', async () => {
    expect(await labels('rules:\n  - match: a\n    group: 64\n    |')).not.toContain('scale');
  });

  it('bring their colon', async () => {
    expect(await edit('rules:\n  - match: a\n    dt|').accept('dtype')).toBe('rules:\n  - match: a\n    dtype: ');
  });

  it('bring no colon where one stands, nor inside quotes', async () => {
    expect(await edit('rules:\n  - match: a\n    dt|: int8').accept('dtype')).toContain('    dtype: int8');
    expect(await edit('{ "version": 1, "ru|" }').accept('rules')).toBe('{ "version": 1, "rules" }');
  });

  it('bring the quotes of their value where the editor can put the cursor between them', async () => {
    const { items } = await edit('rules:\n  - |').completions({ snippets: true });
    const match = items.find(({ label }) => label === 'match');
    expect(match).toMatchObject({ insertTextFormat: 2, textEdit: { newText: 'match: "$1"' } });
  });

  it('of the evaluation and the budget are their own', async () => {
    expect(await labels('evaluate:\n  |')).toEqual(['text', 'context', 'windows', 'scoring']);
    expect(await labels('budget: { | }')).toEqual(['bits_per_weight', 'size', 'perplexity']);
  });

  it('become a whole rule where a dash could stand', async () => {
    expect(await edit('rules:\n  |').accept('- match')).toBe('rules:\n  - match: ');
  });
});

describe('patterns', () => {
  it('name the tensors of the checkpoint, the heaviest first, with stars for numbers', async () => {
    const proposed = await edit(`${HEAD}rules:\n  - match: "|"`).proposed();
    expect(proposed.slice(0, 5)).toEqual([
      'model.layers.*.mlp.{gate,up,down}_proj.weight  18 tensors, 4.72 MB',
      'model.layers.*.mlp.{gate,up}_proj.weight  12 tensors, 3.15 MB',
      'model.layers.*.self_attn.{q,k,v,o}_proj.weight  24 tensors, 1.97 MB',
      'model.layers.*.mlp.down_proj.weight  6 tensors, 1.57 MB',
      'model.layers.*.mlp.gate_proj.weight  6 tensors, 1.57 MB',
    ]);
  });

  it('are offered by the words that people use, while nothing with dots was typed', async () => {
    const editor = edit(`${HEAD}rules:\n  - match: "all |"`);
    expect(await editor.proposed()).toContain('all down_proj  **.down_proj.weight  6 tensors, 1.57 MB');
    expect(await editor.accept('all down_proj')).toContain('match: "**.down_proj.weight"');
    expect(await labels('rules:\n  - match: "model.|"')).not.toContain('all down_proj');
  });

  it('name the tensors they match when they are looked at', async () => {
    const text = await edit(`${HEAD}rules:\n  - match: "|"`).documentation('model.layers.*.mlp.down_proj.weight');
    expect(text).toContain('matches 6 tensors:');
    expect(text).toContain('- `model.layers.0.mlp.down_proj.weight`: BF16 [256, 512]');
  });

  it('name those together that loaders fuse', async () => {
    expect(await labels('rules:\n  - match: "|"')).toContain('model.layers.*.self_attn.{q,k,v}_proj.weight');
  });

  it('never put a norm and the embedding beside it into one', async () => {
    const all = await labels('rules:\n  - match: "|"');
    expect(all.filter((label) => label.includes('embed_tokens'))).toEqual(['model.embed_tokens.weight']);
  });

  it('go on from the number that was typed', async () => {
    const proposed = await edit(`${HEAD}rules:\n  - match: "model.layers.3.mlp.|"`).proposed();
    expect(proposed).toEqual([
      'model.layers.3.mlp.{gate,up,down}_proj.weight  3 tensors, 786 kB',
      'model.layers.3.mlp.{gate,up}_proj.weight  2 tensors, 524 kB',
      'model.layers.3.mlp.down_proj.weight  1 tensor, 262 kB',
      'model.layers.3.mlp.gate_proj.weight  1 tensor, 262 kB',
      'model.layers.3.mlp.up_proj.weight  1 tensor, 262 kB',
    ]);
  });

  it('count what a class or braces of numbers leaves', async () => {
    const proposed = await edit(`${HEAD}rules:\n  - match: "model.layers.{0..3}.mlp.|"`).proposed();
    expect(proposed).toContain('model.layers.{0..3}.mlp.down_proj.weight  4 tensors, 1.05 MB');
  });

  it('offer the next segment, and numbers where there are some', async () => {
    const all = await labels('rules:\n  - match: "model.layers.|"');
    expect(all).toContain('model.layers.*.');
    expect(all.slice(-2)).toEqual(['model.layers.4.', 'model.layers.5.']);
  });

  it('offer nothing for a number that the model does not have', async () => {
    expect(await labels('rules:\n  - match: "model.layers.17.|"')).toEqual([]);
  });

  it('behind ** skip what needs no **', async () => {
    const all = await labels('rules:\n  - match: "**.|"');
    expect(all).toContain('**.mlp.down_proj.weight');
    expect(all).toContain('**.down_proj.weight');
    expect(all).toContain('**.embed_tokens.weight');
    expect(all.some((label) => label.startsWith('**.model'))).toBe(false);
  });

  it.each([
    ['in a list', 'rules:\n  - match: [lm_head.weight, "|"]'],
    ['in a list of lines', 'rules:\n  - match:\n      - lm_head.weight\n      - "|"\n    dtype: int8'],
    ['in braces', 'rules:\n  - { match: "|", dtype: int8 }'],
    ['in single quotes', "rules:\n  - match: '|'"],
    ['in a quote that is not closed', 'rules:\n  - match: "|\n    dtype: int8'],
    ['under except', 'rules:\n  - match: "**"\n    except: "|"'],
  ])('are there %s', async (_, marked) => {
    expect(await labels(marked)).toContain('model.layers.*.mlp.down_proj.weight');
  });

  it('replace all that stands between the quotes', async () => {
    const text = await edit(`${HEAD}rules:\n  - match: "model.la|yers.x"\n`).accept('model.norm.weight');
    expect(text).toBe(`${HEAD}rules:\n  - match: "model.norm.weight"\n`);
  });

  it('get quotes where YAML wants them, and none elsewhere', async () => {
    const braces = 'model.layers.*.mlp.{gate,up}_proj.weight';
    expect(await edit(`${HEAD}rules:\n  - match: mod|`).accept(braces)).toContain(`match: "${braces}"`);
    expect(await edit(`${HEAD}rules:\n  - match: mod|`).accept('model.norm.weight')).toContain(
      'match: model.norm.weight',
    );
  });

  it('are none for a regular expression, and without a checkpoint', async () => {
    expect(await labels('rules:\n  - match: "/mod|/"')).toEqual([]);
    expect((await edit('rules:\n  - match: "|"').completions()).items).toEqual([]);
  });
});

describe('dtypes', () => {
  it('say what they make of the tensors of the rule, and stand in the order of their fit', async () => {
    const proposed = await edit(`${HEAD}rules:\n  - match: "**.mlp.*.weight"\n    dtype: |`).proposed();
    const known = ['fp8_e4m3', 'int8', 'int4', 'nf4', 'fp32', 'bf16', 'fp16', 'keep'];
    expect(proposed.filter((line) => known.includes(line.split('  ')[0]!))).toEqual([
      'fp8_e4m3  4.72 MB → 2.39 MB, 8.10 bits per weight',
      'int8  4.72 MB → 2.39 MB, 8.10 bits per weight',
      'int4  4.72 MB → 1.22 MB, 4.13 bits per weight',
      'nf4  4.72 MB → 1.33 MB, 4.51 bits per weight',
      'fp32  4.72 MB → 9.44 MB, 32.00 bits per weight',
      'bf16  4.72 MB → 4.72 MB, 16.00 bits per weight',
      'fp16  4.72 MB → 4.72 MB, 16.00 bits per weight',
      'keep  as it is',
    ]);
  });

  it('begin with keep for norms', async () => {
    expect((await labels('rules:\n  - match: "**norm.weight"\n    dtype: |'))[0]).toBe('keep');
  });

  it('whose group does not divide the rows are not there', async () => {
    const all = await labels('rules:\n  - match: "**.mlp.*.weight"\n    group: 96\n    dtype: |');
    expect(all).toContain('nf4');
    expect(all).not.toContain('int4');
  });

  it('bring a group that divides the rows where their own does not', async () => {
    const odd = memoryWorkspace(checkpointOf(treeOf([['a.b.weight', [64, 96]]])));
    const editor = edit(`${HEAD}rules:\n  - match: a.b.weight\n    dtype: |`, odd);
    expect(await editor.proposed()).toContain('int4  group 32: 12.3 kB → 3.47 kB, 4.52 bits per weight');
    expect(await editor.accept('int4')).toContain('    dtype: int4\n    group: 32');
  });

  it('are those that the target can store', async () => {
    const forTarget = (target: string): Promise<readonly string[]> =>
      labels(`target: ${target}\nrules:\n  - match: "**.mlp.*.weight"\n    dtype: |`);
    expect([...(await forTarget('bitsandbytes'))].sort()).toEqual([
      'bf16',
      'e2m1_bnb',
      'fp16',
      'fp32',
      'fp64',
      'keep',
      'nf4',
    ]);
    expect(await forTarget('tt-xla')).not.toContain('int4');
    expect(await forTarget('compressed-tensors')).toEqual(expect.arrayContaining(['fp8_e4m3', 'int4', 'int8']));
    expect(await forTarget('compressed-tensors')).not.toContain('nf4');
  });

  it('are explained when they are looked at', async () => {
    const editor = edit(`${HEAD}rules:\n  - match: "**.mlp.*.weight"\n    dtype: |`);
    expect((await editor.completions()).items.find(({ label }) => label === 'int4')?.documentation).toBeUndefined();
    const text = await editor.documentation('int4');
    expect(text).toContain('`int4`: 4-bit integer');
    expect(text).toContain('On its 18 tensors: 4.72 MB → 1.22 MB, 4.13 bits per weight.');
  });

  it('are there for the default, which is for what no rule takes', async () => {
    const proposed = await edit(`${HEAD}default: |\nrules:\n  - match: "**.mlp.**"\n    dtype: int8\n`).proposed();
    expect(proposed).toContainEqual(expect.stringMatching(/^fp8_e4m3 {2}3\.02 MB → 1\.5\d MB/));
  });

  it('tell their usual bits where there is no checkpoint', async () => {
    const proposed = await edit('rules:\n  - match: a\n    dtype: |').proposed();
    expect(proposed).toContain('int4  int4 group 128: 4.13 bits per weight');
  });
});

describe('other values', () => {
  it('layers say which ones they are in this model', async () => {
    const proposed = await edit(`${HEAD}rules:\n  - match: "**"\n    layers: "|"`).proposed();
    expect(proposed).toContain('2..-3  2 to 3 of 6 layers');
    expect(proposed).toContain('0..2  0 to 2 of 6 layers');
  });

  it('groups are those that divide the rows of the tensors', async () => {
    const proposed = await edit(
      `${HEAD}rules:\n  - match: "**.mlp.*.weight"\n    dtype: int4\n    group: |`,
    ).proposed();
    expect(proposed).toContain('64  4.72 MB → 1.25 MB, 4.25 bits per weight');
    expect(proposed.some((line) => line.startsWith('512'))).toBe(false);
  });

  it('scales are those that the format takes', async () => {
    const all = await labels('rules:\n  - match: "**.mlp.*.weight"\n    dtype: bf16\n    scale: |');
    expect(all).toEqual(['none']);
  });

  it.each([
    ['target: |', 'compressed-tensors'],
    ['evaluate: { scoring: | }', 'second-half'],
    ['rules:\n  - match: a\n    round: |', 'stochastic with a seed'],
    ['rules:\n  - match: a\n    scale_dtype: |', 'bf16'],
  ])('%j proposes %s', async (marked, word) => {
    expect(await labels(marked)).toContain(word);
  });

  it.each([
    ['checkpoint: |', ['models/', '../', 'a.gguf', 'model.safetensors']],
    ['extends: |', ['models/', '../', 'base.dtype.yaml', 'other.dtype.json']],
    ['evaluate: { text: | }', ['models/', '../', 'set.parquet', 'wiki.txt']],
  ])('%j proposes files that can stand there', async (marked, expected) => {
    const workspace = memoryWorkspace();
    const files = ['a.gguf', 'base.dtype.yaml', 'model.safetensors', 'other.dtype.json', 'set.parquet', 'wiki.txt'];
    workspace.folders.set('file:///home/me', [
      { name: 'models', folder: true },
      ...[...files, 'config.yaml'].map((name) => ({ name, folder: false })),
    ]);
    const { items } = await edit(marked, workspace).completions();
    expect(items.map(({ label }) => label).sort()).toEqual([...expected].sort());
  });

  it('checkpoints are looked for on disk', async () => {
    const workspace = memoryWorkspace();
    workspace.folders.set('file:///home/me/models', [
      { name: 'tiny', folder: true },
      { name: 'a.safetensors', folder: false },
      { name: 'b-Q4_K_M.gguf', folder: false },
      { name: 'notes.txt', folder: false },
    ]);
    expect(await edit('checkpoint: models/|', workspace).proposed()).toEqual([
      'models/tiny/',
      'models/a.safetensors',
      'models/b-Q4_K_M.gguf',
    ]);
    expect(await edit('checkpoint: models/|', workspace).accept('models/tiny/')).toBe('checkpoint: models/tiny');
    expect(await edit('checkpoint: nowhere/|', workspace).proposed()).toEqual([]);
  });
});

describe('while somebody types', () => {
  const policy = `${HEAD}default: bf16
rules:
  - match: ["model.layers.*.mlp.{gate,up}_proj.weight", '/.*norm.*/']
    layers: "2..-3"   # not the ends
    dtype: int4
    round: { stochastic: 7 }
  - { match: lm_head.weight, dtype: keep }
budget: { bits_per_weight: 4.5 }
`;

  it('every text and every place of the cursor gets an answer', async () => {
    for (let end = 0; end <= policy.length; end += 3) {
      const { items } = await edit(`${policy.slice(0, end)}|`).completions();
      expect(Array.isArray(items)).toBe(true);
      await edit(`${policy.slice(0, end)}|${policy.slice(end)}`).completions({ snippets: true });
    }
  });

  it('every edit lies in one line, around the cursor', async () => {
    for (let at = 0; at <= policy.length; at += 5) {
      const editor = edit(`${policy.slice(0, at)}|${policy.slice(at)}`);
      const cursor = editor.document.positionAt(at);
      for (const { textEdit } of (await editor.completions()).items) {
        const { start, end } = (textEdit as { range: { start: typeof cursor; end: typeof cursor } }).range;
        expect([start.line, end.line]).toEqual([cursor.line, cursor.line]);
        expect(start.character <= cursor.character && cursor.character <= end.character).toBe(true);
      }
    }
  });

  it('a space proposes values after a colon, and nothing while a line is indented', async () => {
    expect((await edit('default: |').completions({ trigger: ' ' })).items).not.toEqual([]);
    expect((await edit('rules:\n  - match: a\n   |').completions({ trigger: ' ' })).items).toEqual([]);
  });

  it('nothing is proposed in a comment', async () => {
    expect(await labels('# a |')).toEqual([]);
  });
});
