import { describe, expect, it } from 'vitest';
import { edit } from './editor';

const HEAD = 'version: 1\ncheckpoint: model\n';

describe('quick fixes', () => {
  it('are those of the findings at the cursor, the preferred one marked', async () => {
    const editor = edit(
      `${HEAD}default: bfl|oat16\nrules:\n  - match: "layers.*.mlp.up_proj.weight"\n    dtype: int8\n`,
    );
    expect(await editor.fixes()).toMatchObject([{ title: 'Write bf16', kind: 'quickfix', isPreferred: true }]);
    expect(await editor.fixed('Write bf16')).toContain('default: bf16\n');
  });

  it('repair a pattern that matches nothing', async () => {
    const editor = edit(`${HEAD}rules:\n  - match: "|layers.*.mlp.up_proj.weight"\n    dtype: int8\n`);
    const [first] = await editor.fixes();
    expect(first?.title).toBe('Change to model.layers.*.mlp.up_proj.weight (6 tensors)');
    expect(await editor.fixed(first!.title)).toContain('match: "model.layers.*.mlp.up_proj.weight"');
  });

  it('are none where nothing is wrong', async () => {
    expect(await edit(`${HEAD}default: b|f16\n`).fixes()).toEqual([]);
  });
});

describe('fix all', () => {
  it('makes every preferred fix in one edit', async () => {
    const editor = edit(`checkpoint: model
default: bfloat16
rules:
  - match: "layers.*.mlp.up_proj.weight"
    dtyp: I8
`);
    const fixed = await editor.fixAll();
    expect(fixed).toBe(`version: 1
checkpoint: model
default: bf16
rules:
  - match: "model.layers.*.mlp.up_proj.weight"
    dtype: I8
`);
    expect(await edit(fixed).fixAll()).toContain('dtype: int8');
  });

  it('is offered on request only', async () => {
    const editor = edit(`${HEAD}default: bfl|oat16\n`);
    expect((await editor.fixes()).map(({ kind }) => kind)).toEqual(['quickfix']);
  });
});
