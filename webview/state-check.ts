import { ACTIVATION_DTYPES } from '../extension/core/formats/activation-rounding';
import type { EvaluationReport } from '../extension/core/evaluate/report';
import {
  isArrayOf,
  isBoolean,
  isFigure,
  isFinite,
  isIndex,
  isNatural,
  isNullOr,
  isObject,
  isOneOf,
  isRecordOf,
  isShape,
  isString,
  type Check,
} from './check';
import type {
  Applied,
  BudgetLimits,
  DashboardState,
  DtypeTotal,
  Evaluated,
  Heatmap,
  HeatmapBlock,
  HeatmapCells,
  ReadyState,
} from './state';

const isPerplexity = isShape<EvaluationReport['base']>({ value: isFigure, standardError: isFigure, nll: isFigure });

const isReport = isShape<EvaluationReport>({
  measurement: isShape<EvaluationReport['measurement']>({
    scoring: isOneOf('all', 'second-half'),
    context: isNatural,
    windows: isNatural,
    tokensScored: isNatural,
    text: isString,
    textDigest: isString,
  }),
  complete: isBoolean,
  base: isPerplexity,
  cast: isPerplexity,
  divergence: isShape<EvaluationReport['divergence']>({
    kl: isShape<EvaluationReport['divergence']['kl']>({
      mean: isFigure,
      standardError: isFigure,
      max: isFigure,
      percentiles: isRecordOf(isFigure),
    }),
    sameTop: isFigure,
    sameTopStandardError: isFigure,
    rmsProbabilityChange: isFigure,
    perplexityRatio: isFigure,
    perplexityDifference: isFigure,
    perplexityDifferenceInterval: isShape({ low: isFigure, high: isFigure }),
    measurable: isBoolean,
  }),
  simulated: isNullOr(
    isShape({ activations: isRecordOf(isNatural), kvCache: isNullOr(isOneOf(...ACTIVATION_DTYPES)) }),
  ),
  cachedWindows: isNatural,
  seconds: isFigure,
});

const isApplied = isShape<Applied>({
  folder: isString,
  bytes: isNatural,
  storedTensors: isNatural,
  loader: isString,
  seconds: isFinite,
  stale: isBoolean,
});

const isDtypeTotal = isShape<DtypeTotal>({
  dtype: isString,
  tensorsBefore: isNatural,
  tensorsAfter: isNatural,
  elementsBefore: isNatural,
  elementsAfter: isNatural,
  bytesBefore: isNatural,
  bytesAfter: isNatural,
});

const isStrings = isArrayOf(isString);

/** Cells whose columns have one length and whose indices all point at something. */
function cellsCheck(
  rows: number,
  columns: number,
  rules: number,
  tables: Omit<Heatmap, 'blocks'>,
): Check<HeatmapCells> {
  const naturals = isArrayOf(isNatural);
  const fields = isShape<HeatmapCells>({
    row: isArrayOf(isIndex(rows)),
    column: isArrayOf(isIndex(columns)),
    count: naturals,
    elements: naturals,
    bytesBefore: naturals,
    bytesAfter: naturals,
    source: isArrayOf(isIndex(tables.dtypes.length, true)),
    dtype: isArrayOf(isIndex(tables.dtypes.length, true)),
    treatment: isArrayOf(isIndex(tables.treatments.length)),
    rule: isArrayOf(isIndex(rules, true)),
    error: isArrayOf(isNullOr(isFinite)),
    name: isStrings,
    shape: isArrayOf(isIndex(tables.shapes.length)),
  });
  return (value): value is HeatmapCells => {
    if (!fields(value)) return false;
    const columnsOfCells: readonly { readonly length: number }[] = Object.values(value);
    return columnsOfCells.every(({ length }) => length === value.row.length);
  };
}

const isTables = isShape<Omit<Heatmap, 'blocks'> & { readonly blocks: readonly unknown[] }>({
  blocks: (value): value is readonly unknown[] => Array.isArray(value),
  dtypes: isStrings,
  treatments: isStrings,
  shapes: isStrings,
});

const isFrame = isShape<Omit<HeatmapBlock, 'cells'> & { readonly cells: Readonly<Record<string, unknown>> }>({
  title: isString,
  rowKind: isOneOf('layer', 'module'),
  rows: isStrings,
  columns: isStrings,
  cells: isObject,
});

function heatmapCheck(rules: number): Check<Heatmap> {
  return (value): value is Heatmap =>
    isTables(value) &&
    value.blocks.every(
      (block) => isFrame(block) && cellsCheck(block.rows.length, block.columns.length, rules, value)(block.cells),
    );
}

const isBudget = isShape<BudgetLimits>({
  bytes: isNullOr(isFinite),
  bitsPerWeight: isNullOr(isFinite),
  perplexityIncrease: isNullOr(isFinite),
});

const isReadyApartFromHeatmap = isShape<Omit<ReadyState, 'heatmap'>>({
  kind: isOneOf('ready'),
  key: isString,
  policy: isString,
  checkpoint: isString,
  budget: isBudget,
  totals: isShape<ReadyState['totals']>({
    tensors: isNatural,
    elements: isNatural,
    bytesBefore: isNatural,
    bytesAfter: isNatural,
  }),
  dtypes: isArrayOf(isDtypeTotal),
  rules: isArrayOf(isShape({ label: isString, line: isNatural })),
  findings: isShape({ errors: isNatural, warnings: isNatural }),
  evaluation: isNullOr(isShape<Evaluated>({ report: isReport, stale: isBoolean })),
  applied: isNullOr(isApplied),
  blocked: isNullOr(isString),
});

const isNamed = isShape({ policy: isString, checkpoint: isString });

/** Says whether a value is a state the dashboard can draw without looking twice at any index. */
export function isDashboardState(value: unknown): value is DashboardState {
  if (!isObject(value)) return false;
  switch (value.kind) {
    case 'no-policy':
      return true;
    case 'no-checkpoint':
      return isString(value.policy);
    case 'loading':
      return isNamed(value);
    case 'unreadable':
      return isNamed(value) && 'message' in value && isString(value.message);
    case 'ready':
      return isReadyApartFromHeatmap(value) && 'heatmap' in value && heatmapCheck(value.rules.length)(value.heatmap);
    default:
      return false;
  }
}
