import type { CastErrorSums } from '../../extension/core/analysis/cast-error';
import { elementCount } from '../../extension/core/checkpoint/storage-dtype';
import type { TensorInfo } from '../../extension/core/checkpoint/tensor';
import type { EvaluationReport } from '../../extension/core/evaluate/report';
import type { Plan } from '../../extension/core/resolve/plan';
import { buildHeatmap, dtypeTotals, planTotals } from '../../webview/dashboard-state';
import type { Applied, ReadyState } from '../../webview/state';
import { planOf } from './plans';

/** The state a host would send for a policy and tensors. */
export function readyState(text: string, tensors: readonly TensorInfo[], change: Partial<ReadyState> = {}): ReadyState {
  const { plan, policy } = planOf(text, tensors);
  return {
    kind: 'ready',
    key: 'test',
    policy: 'tiny.dtype.yaml',
    checkpoint: 'tiny-sotu',
    totals: planTotals(plan),
    dtypes: dtypeTotals(plan),
    heatmap: buildHeatmap(plan),
    rules: policy.rules.map(({ match, range }) => ({
      label: match.map(({ source }) => source).join(', '),
      line: text.slice(0, range.start).split('\n').length,
    })),
    budget: { bytes: null, bitsPerWeight: null, perplexityIncrease: null },
    findings: { errors: 0, warnings: 0 },
    evaluation: null,
    applied: null,
    blocked: null,
    ...change,
  };
}

/** Errors about as large as each format makes them, a little different for every tensor. */
export function plausibleErrors(plan: Plan): ReadonlyMap<string, CastErrorSums> {
  const typical: Readonly<Record<string, number>> = {
    fp8_e4m3: 0.026,
    fp8_e5m2: 0.05,
    int8: 0.006,
    int4: 0.09,
    nf4: 0.07,
  };
  const errors = new Map<string, CastErrorSums>();
  plan.tensors.forEach(({ tensor, treatment }, at) => {
    if (treatment.kind === 'keep') return;
    const elements = elementCount(tensor.shape);
    const error = (typical[treatment.cast.format] ?? 0.0016) * (0.7 + 0.6 * Math.abs(Math.sin(at * 12.9898)));
    errors.set(tensor.name, {
      elements,
      signal: elements,
      noise: elements * error ** 2,
      maxAbsolute: 0,
      saturated: 0,
      flushed: 0,
    });
  });
  return errors;
}

export const REPORT: EvaluationReport = {
  measurement: {
    scoring: 'all',
    context: 512,
    windows: 48,
    tokensScored: 24_528,
    text: 'validation.txt',
    textDigest: '7f83b1657ff1fc53b92dc18148a1d65dfc2d4b1fa3d677284addd200126d9069',
  },
  complete: true,
  simulated: null,
  cachedWindows: 0,
  base: { value: 18.642, standardError: 0.31, nll: 2.9254 },
  cast: { value: 18.897, standardError: 0.32, nll: 2.939 },
  divergence: {
    kl: {
      mean: 0.01342,
      standardError: 0.00021,
      max: 0.8321,
      percentiles: {
        '99.9': 0.2911,
        '99': 0.1042,
        '95': 0.0481,
        '90': 0.0302,
        '50': 0.00712,
        '10': 0.0004,
        '5': 0.0002,
        '1': 0.00001,
      },
    },
    sameTop: 0.9432,
    sameTopStandardError: 0.0015,
    rmsProbabilityChange: 0.0214,
    perplexityRatio: 1.0137,
    perplexityDifference: 0.255,
    perplexityDifferenceInterval: { low: 0.198, high: 0.314 },
    measurable: true,
  },
  seconds: 34.2,
};

export const NO_CHANGE: EvaluationReport = {
  ...REPORT,
  cast: { value: 18.645, standardError: 0.31, nll: 2.9256 },
  divergence: {
    ...REPORT.divergence,
    perplexityDifference: 0.003,
    perplexityDifferenceInterval: { low: -0.008, high: 0.014 },
    measurable: false,
  },
};

export const SIMULATED: EvaluationReport = {
  ...REPORT,
  simulated: { activations: { fp8_e4m3: 42 }, kvCache: 'int8' },
  cachedWindows: 48,
};

export const APPLIED: Applied = {
  folder: 'tiny-sotu-mixed',
  bytes: 3_214_336,
  storedTensors: 86,
  loader: 'compressed-tensors: vLLM and Transformers can load it',
  seconds: 1.4,
  stale: false,
};
