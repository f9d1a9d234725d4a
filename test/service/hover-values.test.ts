import { describe, expect, it } from 'vitest';
import { profileValues } from '../../extension/core/analysis/value-profile';
import { findFormat } from '../../extension/core/formats/registry';
import { codePointsPicture, histogram, textHistogram } from '../../extension/service/code-points-picture';
import { checkpointOf, edit, LLAMA, memoryWorkspace } from './editor';

const HEAD = 'version: 1\ncheckpoint: model\ndefault: bf16\nrules:\n';

/** Values from -3 to 3 in steps of 1, the middle ones oftener. */
const VALUES = Float32Array.from([-3, -2, -1, -1, 0, 0, 0, 0, 1, 1, 2, 3]);

/** The SVG in a Markdown image. */
function svgIn(markdown: string | undefined): string {
  const [, base64 = ''] = /data:image\/svg\+xml;base64,([A-Za-z0-9+/=]+)\)/.exec(markdown ?? '') ?? [];
  return Buffer.from(base64, 'base64').toString('latin1');
}

describe('hover over a dtype', () => {
  it('draws its code points where pictures can be drawn', async () => {
    const editor = edit(`${HEAD}  - match: "**.mlp.*"\n    dtype: in|t4\n`);
    const svg = svgIn(await editor.hover(true));
    // -7 to 7: fifteen ticks, the first and the last at the margins.
    expect([...svg.matchAll(/M[\d.]+ \d+v16/g)]).toHaveLength(15);
    expect(svg).toContain('M6.0 ');
    expect(svg).toContain('M354.0 ');
    expect(await editor.hover(true)).toBe(await editor.hover(true));
    expect(await editor.hover(false)).not.toContain('data:');
  });

  it('says how it is stored', async () => {
    const hover = await edit('default: int|4\n').hover();
    expect(hover).toContain('A matrix of 4096 by 4096 is stored as codes I32 [4096, 512], scale BF16 [4096, 32]');
    expect(hover).toContain('15 different values, the smallest above zero 1');
  });

  it('draws nothing for formats of more codes than can be seen', () => {
    expect(codePointsPicture(findFormat('bf16')!)).toBeUndefined();
  });
});

describe('hover over one tensor', () => {
  const workspace = { ...memoryWorkspace(), valueProfile: () => Promise.resolve(profileValues(VALUES)) };
  const editor = edit(`${HEAD}  - match: model.layers.0.mlp.up_pr|oj.weight\n    dtype: int4\n`, workspace);

  it('shows its values over the codes they are cast to', async () => {
    const hover = await editor.hover(true);
    // The population's: the root of 30 / 12.
    expect(hover).toContain('A sample of 12 values: -3 to 3, standard deviation 1.58, 33.3% zeros');
    expect(svgIn(hover)).toContain('<path fill=');
  });

  it('prefers the figures of all values where they are kept beside the weights', async () => {
    const name = 'model.layers.0.mlp.up_proj.weight';
    const statistics = new Map([[name, { min: -4, max: 5, std: 1.25, nan: 2, infinite: 0 }]]);
    const kept = memoryWorkspace(checkpointOf({ ...LLAMA, statistics }));
    const policy = `${HEAD}  - match: ${name.replace('proj', 'pr|oj')}\n    dtype: int4\n`;
    const line = 'Values: -4 to 5, standard deviation 1.25, 2 NaN, 0 infinite';
    expect(await edit(policy, kept).hover()).toContain(`\n\n${line}`);
    const sampled = { ...kept, valueProfile: () => Promise.resolve(profileValues(VALUES)) };
    expect(await edit(policy, sampled).hover()).toMatch(/2 NaN, 0 infinite\n\n`[▁▂▃▄▅▆▇█]{24}`$/);
  });

  it('stands without them when they can not be read', async () => {
    const unreadable = { ...memoryWorkspace(), valueProfile: () => Promise.reject(new Error('gone')) };
    const policy = `${HEAD}  - match: model.layers.0.mlp.up_pr|oj.weight\n    dtype: int4\n`;
    expect(await edit(policy, unreadable).hover()).toContain('- Decided by rule 1');
  });

  it('shows them in characters where no pictures can be drawn', async () => {
    expect(await editor.hover(false)).toMatch(/`[▁▂▃▄▅▆▇█]{24}`/);
  });

  it('tells of the pattern that matches it alone as of its name', async () => {
    const glob = edit(`${HEAD}  - match: "model.layers.0.mlp.up*|"\n    dtype: int4\n`, memoryWorkspace());
    expect(await glob.hover()).toBe('Matches no tensor of the checkpoint.');
    const only = edit(`${HEAD}  - match: "**.0.mlp.up_*|.weight"\n    dtype: int4\n`, memoryWorkspace());
    expect(await only.hover()).toContain('- Up projection of the MLP, layer 0');
  });
});

describe('a histogram', () => {
  it('counts values between minus and plus the largest magnitude', () => {
    expect(histogram(profileValues(VALUES), 3)).toEqual([2, 6, 4]);
    expect(histogram(profileValues(Float32Array.from([5, 0])), 4)).toEqual([0, 0, 1, 1]);
    expect(histogram(profileValues(Float32Array.from([0])), 2)).toEqual([0, 1]);
    expect(histogram(profileValues(new Float32Array(0)), 2)).toEqual([0, 0]);
  });

  it('of characters is highest where most values are', () => {
    expect(textHistogram(profileValues(VALUES)).indexOf('█')).toBe(12);
  });
});
