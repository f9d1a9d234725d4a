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

describe('compact the rules', () => {
  const VERBOSE = `${HEAD}default: keep
rules:
  - match: "model.layers.*.mlp.up_proj.weight"
    dtype: int8 |
  - match: "model.layers.*.mlp.gate_proj.weight"
    dtype: int8
budget: { size: 1 GB }
`;

  it('writes them anew when somebody chooses it', async () => {
    expect(await edit(VERBOSE).compacted()).toBe(`${HEAD}default: keep
rules:
  - match: "model.layers.*.mlp.{gate,up}_proj.weight"
    dtype: int8
budget: { size: 1 GB }
`);
  });

  it('is offered among several rules only', async () => {
    const elsewhere = VERBOSE.replace(' |', '').replace('default:', 'defa|ult:');
    expect(await edit(elsewhere).compacted()).toBeUndefined();
    const one = `${HEAD}rules:\n  - match: "**.up_proj.weight"\n    dtype: int8 |\n`;
    expect(await edit(one).compacted()).toBeUndefined();
    expect((await edit(VERBOSE).fixes()).map(({ kind }) => kind)).toEqual([]);
  });

  it('says why it can not be done', async () => {
    const short = VERBOSE.replace('gate_proj', 'down_proj').replace('dtype: int8\nb', 'dtype: fp8_e4m3\nb');
    expect(await edit(short).compacted()).toBe("these rules can't be made fewer without changing a dtype");
  });

  it('leaves a policy alone that was changed meanwhile', async () => {
    const { service } = edit(VERBOSE);
    const data = { uri: 'file:///home/me/p.dtype.yaml', version: 0 };
    const action = { title: 'Compact the rules', data };
    expect(await service.resolveCodeAction(action, { documentChanges: true })).toEqual({
      kind: 'refused',
      reason: 'the policy was changed meanwhile; ask again',
    });
  });
});
