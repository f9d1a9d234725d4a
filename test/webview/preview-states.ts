import type { JobProgress } from '../../webview/protocol';
import type { DashboardState } from '../../webview/state';
import { buildHeatmap } from '../../webview/dashboard-state';
import type { ColourMode } from '../../webview/saved-state';
import { headers, llama, LLAMA_405B, mixture, TINY, visionLanguage } from './checkpoints';
import { planOf } from './plans';
import { APPLIED, NO_CHANGE, plausibleErrors, readyState, REPORT, SIMULATED } from './ready-state';

/** One picture of the dashboard. */
export interface Preview {
  readonly state: DashboardState;
  readonly progress?: JobProgress;
  readonly failed?: string;
  readonly colour?: ColourMode;
  /** Keys pressed in the grid before the picture is taken. */
  readonly keys?: readonly string[];
}

export const MIXED_POLICY = `version: 1
checkpoint: tiny-sotu
default: bf16
rules:
  - match: '**.mlp.{gate,up}_proj.weight'
    dtype: int4
    group: 64
  - match: '**.mlp.down_proj.weight'
    dtype: int8
  - match: '**.self_attn.*.weight'
    dtype: fp8_e4m3
  - match: '**.self_attn.v_proj.weight'
    layers: 0, 5
    dtype: nf4
  - match: '**norm.weight'
    dtype: fp32
`;

const LARGE_POLICY = `version: 1
checkpoint: large
default: fp8_e4m3
rules:
  - match: '**.mlp.*.weight'
    dtype: int4
    group: 128
  - match: '**.mlp.down_proj.weight'
    layers: 0..3, -6..-1
    dtype: int8
  - match: '**norm.weight'
    dtype: keep
  - match: '*.embed_tokens.weight'
    dtype: keep
`;

const EXPERT_POLICY = `version: 1
checkpoint: experts
default: keep
rules:
  - match: '**.mlp.gate.weight'
    dtype: fp32
  - match: 'lm_head.weight'
    dtype: fp8_e4m3
  - match: '**.self_attn.{q,kv}_a_layernorm.weight'
    dtype: fp32
`;

const TOWERS_POLICY = `version: 1
checkpoint: towers
default: keep
rules:
  - match: 'model.layers.**.weight'
    dtype: nf4
  - match: 'visual.**.weight'
    dtype: fp8_e5m2
  - match: '**norm*.weight'
    dtype: fp16
`;

const tiny = headers(llama(TINY), 'F32');

function measured() {
  const { plan } = planOf(MIXED_POLICY, tiny);
  return { heatmap: buildHeatmap(plan, plausibleErrors(plan)) };
}

/** Every state of the dashboard, by the name of its picture. Made when asked for: some are large. */
export const PREVIEWS: Readonly<Record<string, () => Preview>> = {
  'no-policy': () => ({ state: { kind: 'no-policy' } }),
  'no-checkpoint': () => ({ state: { kind: 'no-checkpoint', policy: 'tiny.dtype.yaml' } }),
  loading: () => ({ state: { kind: 'loading', policy: 'tiny.dtype.yaml', checkpoint: 'tiny-sotu' } }),
  unreadable: () => ({
    state: {
      kind: 'unreadable',
      policy: 'tiny.dtype.yaml',
      checkpoint: 'tiny-sotu',
      message: 'tiny-sotu/model.safetensors: the header ends at byte 8,412, past the end of the file (8,192 bytes).',
    },
  }),
  planned: () => ({ state: readyState(MIXED_POLICY, tiny, { findings: { errors: 0, warnings: 2 } }) }),
  evaluating: () => ({
    state: readyState(MIXED_POLICY, tiny),
    progress: {
      job: 'evaluate',
      phase: 'evaluating the cast model',
      done: 17,
      total: 48,
      unit: 'windows',
      detail: 'KL divergence so far 0.0131',
    },
  }),
  measured: () => ({
    state: readyState(MIXED_POLICY, tiny, {
      ...measured(),
      evaluation: { report: REPORT, stale: false },
      applied: APPLIED,
    }),
    keys: ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowRight', 'ArrowRight'],
  }),
  budgets: () => ({
    state: readyState(MIXED_POLICY, tiny, {
      ...measured(),
      budget: { bytes: 6_000_000, bitsPerWeight: 8, perplexityIncrease: 1 },
      evaluation: { report: SIMULATED, stale: false },
      findings: { errors: 0, warnings: 1 },
    }),
  }),
  'error-colours': () => ({
    state: readyState(MIXED_POLICY, tiny, { ...measured(), evaluation: { report: NO_CHANGE, stale: false } }),
    colour: 'error',
  }),
  'bytes-colours': () => ({ state: readyState(MIXED_POLICY, tiny), colour: 'bytes' }),
  'not-measured': () => ({ state: readyState(MIXED_POLICY, tiny), colour: 'error' }),
  stale: () => ({
    state: readyState(MIXED_POLICY, tiny, {
      ...measured(),
      evaluation: { report: REPORT, stale: true },
      applied: { ...APPLIED, stale: true },
      findings: { errors: 1, warnings: 1 },
    }),
  }),
  failed: () => ({
    state: readyState(MIXED_POLICY, tiny),
    failed: 'Apply downcast: the disk is full: 3.21 MB are needed, 1.02 MB are free in the folder of the output.',
  }),
  blocked: () => ({
    state: readyState(MIXED_POLICY, tiny, {
      blocked: 'This workspace is not trusted: policies are checked, nothing is cast or evaluated.',
    }),
  }),
  'layers-126': () => ({
    state: readyState(LARGE_POLICY, headers(llama(LLAMA_405B), 'BF16'), {
      policy: 'large.dtype.yaml',
      checkpoint: 'Llama-3.1-405B',
    }),
  }),
  'experts-91000': () => ({
    state: readyState(EXPERT_POLICY, headers(mixture(61, 256), 'BF16'), {
      policy: 'experts.dtype.yaml',
      checkpoint: 'DeepSeek-V3',
    }),
  }),
  towers: () => ({
    state: readyState(TOWERS_POLICY, headers(visionLanguage(), 'BF16'), {
      policy: 'towers.dtype.yaml',
      checkpoint: 'Qwen2-VL-2B',
    }),
  }),
  'mixed-cells': () => {
    const text = `version: 1
checkpoint: mixture
default: fp8_e4m3
rules:
  - match: '**.experts.{0,1,2,3}.*.weight'
    layers: 3..6
    dtype: int4
  - match: '**norm.weight'
    dtype: keep
`;
    const tensors = headers(
      mixture(10, 16)
        .filter(([name]) => !name.endsWith('_inv'))
        .map(([name, shape]) => [name, shape]),
      'BF16',
    );
    return { state: readyState(text, tensors, { policy: 'mixture.dtype.yaml', checkpoint: 'mixture' }) };
  },
};
