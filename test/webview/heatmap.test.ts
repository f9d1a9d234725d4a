import { describe, expect, test } from 'vitest';
import type { CastErrorSums } from '../../extension/core/analysis/cast-error';
import { appliedErrors } from '../../webview/applied-errors';
import { buildHeatmap, dtypeTotals, planTotals } from '../../webview/dashboard-state';
import { BY_DEFAULT, MIXED, type Heatmap } from '../../webview/state';
import { headers, llama, LLAMA_405B, mixture, TINY, visionLanguage } from './checkpoints';
import { planOf } from './plans';
import { plausibleErrors } from './ready-state';

const POLICY = `version: 1
checkpoint: tiny
default: bf16
rules:
  - match: '**.mlp.*.weight'
    dtype: int4
    group: 64
  - match: '**norm.weight'
    dtype: keep
`;

const tiny = headers(llama(TINY), 'F32');

/** A cell as a row of a table. */
function cell({ blocks, dtypes, treatments, shapes }: Heatmap, name: string) {
  for (const { cells, rows, columns } of blocks) {
    const at = cells.name.indexOf(name);
    if (at < 0) continue;
    return {
      row: rows[cells.row[at]!],
      column: columns[cells.column[at]!],
      count: cells.count[at],
      dtype: cells.dtype[at] === MIXED ? 'mixed' : dtypes[cells.dtype[at]!],
      treatment: treatments[cells.treatment[at]!],
      shape: shapes[cells.shape[at]!],
      rule: cells.rule[at],
      error: cells.error[at],
    };
  }
  return undefined;
}

describe('the heatmap of a plan', () => {
  const { plan } = planOf(POLICY, tiny);
  const heatmap = buildHeatmap(plan);

  test('has a row a layer and a column a module, attention before MLP before norms', () => {
    expect(heatmap.blocks.map(({ title, rows }) => [title, rows])).toEqual([
      ['Outside the layers', ['model.embed_tokens', 'model.norm']],
      ['model.layers', ['0', '1', '2', '3', '4', '5']],
    ]);
    expect(heatmap.blocks[1]!.columns).toEqual([
      'self_attn.q_proj.weight',
      'self_attn.k_proj.weight',
      'self_attn.v_proj.weight',
      'self_attn.o_proj.weight',
      'mlp.gate_proj.weight',
      'mlp.up_proj.weight',
      'mlp.down_proj.weight',
      'input_layernorm.weight',
      'post_attention_layernorm.weight',
    ]);
  });

  test('says of each tensor what becomes of it and who decided', () => {
    expect(cell(heatmap, 'model.layers.4.mlp.up_proj.weight')).toEqual({
      row: '4',
      column: 'mlp.up_proj.weight',
      count: 1,
      dtype: 'int4',
      treatment: 'int4 group 64',
      shape: '704 × 256',
      rule: 0,
      error: null,
    });
    expect(cell(heatmap, 'model.norm.weight')).toMatchObject({
      row: 'model.norm',
      column: 'weight',
      dtype: 'fp32',
      treatment: 'fp32, kept',
      shape: '256',
      rule: 1,
      error: 0,
    });
    expect(cell(heatmap, 'model.embed_tokens.weight')).toMatchObject({ dtype: 'bf16', rule: BY_DEFAULT });
  });

  test('holds every tensor and byte once', () => {
    const sum = (pick: (cells: Heatmap['blocks'][number]['cells']) => readonly number[]): number =>
      heatmap.blocks.flatMap(({ cells }) => pick(cells)).reduce((total, value) => total + value, 0);
    expect(sum(({ count }) => count)).toBe(56);
    expect(sum(({ bytesAfter }) => bytesAfter)).toBe(plan.bytesAfter);
    expect(sum(({ elements }) => elements)).toBe(plan.tree.elements);
    expect(planTotals(plan)).toMatchObject({ tensors: 56, bytesBefore: plan.bytesBefore });
  });

  test('shows errors once they are measured', () => {
    const measured = buildHeatmap(plan, plausibleErrors(plan));
    expect(cell(measured, 'model.layers.4.mlp.up_proj.weight')!.error).toBeCloseTo(0.09, 1);
    expect(cell(measured, 'model.norm.weight')!.error).toBe(0);
  });

  test('takes errors from what applying reported', () => {
    const reported = { saturated: 0, flushed: 0, bytesBefore: 0, bytesAfter: 0, sqnr: 28 };
    const errors = appliedErrors(plan, {
      tensors: [
        { ...reported, name: 'model.layers.4.mlp.up_proj.weight', dtype: 'int4', relativeError: 0.08 },
        { ...reported, name: 'model.norm.weight', dtype: 'fp32', relativeError: null },
        { ...reported, name: 'not.in.the.plan', dtype: 'int4', relativeError: 0.5 },
      ],
    });
    expect([...errors.keys()]).toEqual(['model.layers.4.mlp.up_proj.weight']);
    expect(cell(buildHeatmap(plan, errors), 'model.layers.4.mlp.up_proj.weight')!.error).toBeCloseTo(0.08, 12);
  });
});

describe('a mixture of experts', () => {
  const text = `version: 1
checkpoint: mixture
default: fp8_e4m3
rules:
  - match: '**.experts.0.*.weight'
    dtype: bf16
`;
  const shapes = mixture(5, 4).filter(([name]) => !name.endsWith('_inv'));
  const { plan } = planOf(
    text,
    headers(
      shapes.map(([name, shape]) => [name, shape] as const),
      'F32',
    ),
  );
  const first = 'model.layers.3.mlp.experts.0.down_proj.weight';

  test('has one cell for the experts of a layer, which says when they differ', () => {
    expect(cell(buildHeatmap(plan), first)).toMatchObject({
      row: '3',
      column: 'mlp.experts.down_proj.weight',
      count: 4,
      dtype: 'mixed',
      treatment: '3 × fp8_e4m3 channel; 1 × bf16',
    });
  });

  test('adds the errors of the experts up, and has none while one is missing', () => {
    const sums = (noise: number): CastErrorSums => ({
      elements: 1,
      signal: 1,
      noise,
      maxAbsolute: 0,
      saturated: 0,
      flushed: 0,
    });
    const name = (expert: number): string => first.replace('experts.0', `experts.${expert}`);
    const three = new Map([0, 1, 2].map((expert) => [name(expert), sums(0.01)]));
    expect(cell(buildHeatmap(plan, three), first)!.error).toBeNull();
    const all = new Map([...three, [name(3), sums(0.13)]]);
    expect(cell(buildHeatmap(plan, all), first)!.error).toBeCloseTo(0.2, 12);
  });
});

test('each tower has its own layers, and what is outside comes last when it is long', () => {
  const { plan } = planOf('version: 1\ncheckpoint: towers\ndefault: keep\n', headers(visionLanguage(), 'BF16'));
  const { blocks } = buildHeatmap(plan);
  expect(blocks.map(({ title, rows, columns }) => [title, rows.length, columns.length])).toEqual([
    ['Outside the layers', 6, 2],
    ['model.layers', 28, 9],
    ['visual.blocks', 32, 12],
  ]);
  expect(blocks[2]!.columns).toEqual([
    'attn.qkv.weight',
    'attn.qkv.bias',
    'attn.proj.weight',
    'attn.proj.bias',
    'mlp.fc1.weight',
    'mlp.fc1.bias',
    'mlp.fc2.weight',
    'mlp.fc2.bias',
    'norm1.weight',
    'norm1.bias',
    'norm2.weight',
    'norm2.bias',
  ]);
  const loose = Array.from({ length: 20 }, (_, at) => [`adapter_${at}.weight`, [8, 8]] as const);
  const { plan: long } = planOf(
    'version: 1\ncheckpoint: long\ndefault: keep\n',
    headers([...loose, ['layers.0.w.weight', [8, 8]]], 'BF16'),
  );
  expect(buildHeatmap(long).blocks.map(({ title }) => title)).toEqual(['layers', 'Outside the layers']);
});

test('126 layers and an empty checkpoint', () => {
  const keep = 'version: 1\ncheckpoint: it\ndefault: keep\n';
  const { blocks } = buildHeatmap(planOf(keep, headers(llama(LLAMA_405B), 'BF16')).plan);
  expect(blocks.find(({ rowKind }) => rowKind === 'layer')!.rows).toHaveLength(126);
  expect(buildHeatmap(planOf(keep, []).plan).blocks).toEqual([]);
});

test('91,000 tensors all have their place', () => {
  const { plan } = planOf('version: 1\ncheckpoint: it\ndefault: keep\n', headers(mixture(61, 256), 'BF16'));
  expect(plan.tensors.length).toBeGreaterThan(90_000);
  const heatmap = buildHeatmap(plan);
  expect(heatmap.blocks.flatMap(({ cells }) => cells.count).reduce((sum, count) => sum + count, 0)).toBe(
    plan.tensors.length,
  );
});

test('totals name a stored dtype as policies do', () => {
  const { plan } = planOf(POLICY, tiny);
  expect(
    dtypeTotals(plan).map(({ dtype, tensorsBefore, tensorsAfter }) => [dtype, tensorsBefore, tensorsAfter]),
  ).toEqual([
    ['bf16', 0, 25],
    ['int4', 0, 18],
    ['fp32', 56, 13],
  ]);
});
