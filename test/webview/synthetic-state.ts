import type { HeatmapCells, ReadyState } from '../../webview/state';

const DTYPES = ['fp32', 'bf16', 'fp8_e4m3', 'int8', 'int4', 'nf4'];

/** A state with a cell in every place of one block: larger than any model there is. */
export function syntheticState(rows: number, columns: number): ReadyState {
  const cells = Array.from({ length: rows * columns }, (_, at) => at);
  const fill = (value: number): readonly number[] => cells.map(() => value);
  const columnar: HeatmapCells = {
    row: cells.map((at) => Math.floor(at / columns)),
    column: cells.map((at) => at % columns),
    count: fill(1),
    elements: fill(1024),
    bytesBefore: fill(2048),
    bytesAfter: cells.map((at) => 512 + (at % 97) * 16),
    source: fill(1),
    dtype: cells.map((at) => (at * 7 + Math.floor(at / columns)) % DTYPES.length),
    treatment: fill(0),
    rule: fill(-1),
    error: cells.map((at) => (at % 5 === 0 ? null : (at % 31) / 1000)),
    name: cells.map((at) => `model.layers.${Math.floor(at / columns)}.module_${at % columns}.weight`),
    shape: fill(0),
  };
  const label = (count: number, prefix: string): readonly string[] =>
    Array.from({ length: count }, (_, at) => `${prefix}${at}`);
  return {
    kind: 'ready',
    key: 'synthetic',
    policy: 'synthetic.dtype.yaml',
    checkpoint: 'synthetic',
    totals: { tensors: cells.length, elements: 1024 * cells.length, bytesBefore: 2048, bytesAfter: 1024 },
    dtypes: [],
    heatmap: {
      blocks: [
        {
          title: 'model.layers',
          rowKind: 'layer',
          rows: label(rows, ''),
          columns: label(columns, 'module_'),
          cells: columnar,
        },
      ],
      dtypes: DTYPES,
      treatments: ['bf16'],
      shapes: ['32 × 32'],
    },
    rules: [],
    budget: { bytes: null, bitsPerWeight: null, perplexityIncrease: null },
    findings: { errors: 0, warnings: 0 },
    evaluation: null,
    applied: null,
    blocked: null,
  };
}
