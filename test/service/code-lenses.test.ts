import { describe, expect, it } from 'vitest';
import { edit } from './editor';

const POLICY = `version: 1
checkpoint: model
default: bf16
rules:
  - match: "**.mlp.*_proj.weight"
    dtype: int4
  - match: "**.up_proj.weight"
    dtype: fp8_e4m3
  - match: "**.up_proj.weight"
    dtype: int8
`;

/** Lenses as they are drawn: line and title. */
async function drawn(policy: string): Promise<readonly string[]> {
  const lenses = await edit(policy).lenses();
  return lenses.map(({ range, command }) => `${range.start.line}: ${command!.title}`);
}

describe('lenses', () => {
  it('say at the top what the policy saves, and above each rule what that rule does', async () => {
    expect(await drawn(POLICY)).toEqual([
      '0: Apply downcast',
      '0: Evaluate',
      '0: Open heatmap',
      '0: 7.74 MB → 4.63 MB, 9.57 bits per weight',
      '2: 38 tensors without a rule, 3.02 MB → 3.02 MB',
      '4: decides 12 of 18 tensors, 3.15 MB → 811 kB',
      '6: 6 tensors, all decided by later rules',
      '8: 6 tensors, 1.57 MB → 799 kB',
    ]);
  });

  it('call commands with the policy, and for a rule its index', async () => {
    const lenses = await edit(POLICY).lenses();
    const uri = 'file:///home/me/p.dtype.yaml';
    expect(lenses.slice(0, 3).map(({ command }) => command)).toEqual([
      { title: 'Apply downcast', command: 'downcast.apply', arguments: [uri] },
      { title: 'Evaluate', command: 'downcast.evaluate', arguments: [uri] },
      { title: 'Open heatmap', command: 'downcast.openHeatmap', arguments: [uri] },
    ]);
    expect(lenses.at(-1)?.command).toMatchObject({ command: 'downcast.showRuleTensors', arguments: [uri, 2] });
  });

  it('are none while there is no checkpoint to count in', async () => {
    expect(await drawn(POLICY.replace('checkpoint: model\n', ''))).toEqual([]);
    expect(await drawn(POLICY.replace('checkpoint: model', 'checkpoint: missing'))).toEqual([]);
  });
});
