import { describe, expect, it } from 'vitest';
import { edit } from './editor';

const FORMATS =
  'formats:\n  mine: { codebook: [-1, 0, 1], group: 64 }\n  e3m4: { float: { exponent: 3, mantissa: 4 } }\n';
const HEAD = `version: 1\ncheckpoint: model\n${FORMATS}`;

describe("a format of one's own", () => {
  it('is proposed as a dtype with what it does, and explained when it is looked at', async () => {
    const editor = edit(`${HEAD}target: compressed-tensors\nrules:\n  - match: "**.mlp.*.weight"\n    dtype: |`);
    const proposed = await editor.proposed();
    expect(proposed.find((line) => line.startsWith('mine '))).toMatch(
      /^mine {2}4\.72 MB → [\d.]+ [kM]B, \d\.\d\d bits/,
    );
    expect(await editor.documentation('mine')).toContain('codebook of 3 values');
  });

  it('is explained where it is used and where it is defined', async () => {
    const used = await edit(`${HEAD}default: e3|m4\n`).hover(true);
    expect(used).toContain('`e3m4`: 8-bit float, 1-3-4');
    expect(used).toContain('data:image/svg+xml');
    expect(await edit(HEAD.replace('mine', 'mi|ne')).hover()).toContain('`mine`: codebook of 3 values');
  });

  it('has keys of its own, which are proposed and explained', async () => {
    const { items } = await edit('formats:\n  mine: { | }\n').completions();
    expect(items.map(({ label }) => label)).toEqual(['float', 'codebook', 'group']);
    expect(await edit(FORMATS.replace('mantissa', 'man|tissa')).hover()).toContain('Bits of the mantissa');
  });
});
