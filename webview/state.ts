import type { EvaluationReport } from '../extension/core/evaluate/report';

/** In `HeatmapCells.dtype`: the tensors of the cell do not all get the same dtype. */
export const MIXED = -1;
/** In `HeatmapCells.rule`: no rule decided, the policy's default did. */
export const BY_DEFAULT = -1;

/**
 * Cells in columns: entry i of every array belongs to cell i. A cell is one tensor, or several that share a
 * layer and a module (the experts of a mixture).
 */
export interface HeatmapCells {
  readonly row: readonly number[];
  readonly column: readonly number[];
  /** Tensors in the cell. */
  readonly count: readonly number[];
  readonly elements: readonly number[];
  readonly bytesBefore: readonly number[];
  readonly bytesAfter: readonly number[];
  /** Index in `Heatmap.dtypes` of the dtype before and after, or MIXED. */
  readonly source: readonly number[];
  readonly dtype: readonly number[];
  /** Index in `Heatmap.treatments`: what becomes of the tensors, in words. */
  readonly treatment: readonly number[];
  /** Index of the rule that decides `name`, or BY_DEFAULT. */
  readonly rule: readonly number[];
  /** Relative Frobenius error of the cast over the whole cell; 0 when nothing is cast, null when not measured. */
  readonly error: readonly (number | null)[];
  /** Name of the first tensor of the cell. */
  readonly name: readonly string[];
  /** Index in `Heatmap.shapes` of the first tensor's shape. */
  readonly shape: readonly number[];
}

/** One matrix of the heatmap: the layers of a tower by their modules, or what stands outside every layer. */
export interface HeatmapBlock {
  readonly title: string;
  /** What a row is: `layer`, or `module` outside the layers. */
  readonly rowKind: 'layer' | 'module';
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly cells: HeatmapCells;
}

export interface Heatmap {
  readonly blocks: readonly HeatmapBlock[];
  readonly dtypes: readonly string[];
  readonly treatments: readonly string[];
  readonly shapes: readonly string[];
}

/** What a dtype holds before and after the policy is applied. */
export interface DtypeTotal {
  readonly dtype: string;
  readonly tensorsBefore: number;
  readonly tensorsAfter: number;
  readonly elementsBefore: number;
  readonly elementsAfter: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

export interface Totals {
  readonly tensors: number;
  readonly elements: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/** A rule as the dashboard names it. */
export interface RuleLabel {
  readonly label: string;
  /** Line in the policy, from 1. */
  readonly line: number;
}

/** An evaluation, and whether the policy or checkpoint changed since. */
export interface Evaluated {
  readonly report: EvaluationReport;
  readonly stale: boolean;
}

/** What "Apply downcast" wrote and proved. */
export interface Applied {
  /** Name of the folder, not its path. */
  readonly folder: string;
  readonly bytes: number;
  /** Stored tensors that were read back and equal the plan. */
  readonly storedTensors: number;
  /** Which loader can read it, or why none is known. */
  readonly loader: string;
  readonly seconds: number;
  readonly stale: boolean;
}

/** The limits of the policy's `budget`; null where there is none. */
export interface BudgetLimits {
  readonly bytes: number | null;
  readonly bitsPerWeight: number | null;
  /** Largest rise of perplexity in percent. */
  readonly perplexityIncrease: number | null;
}

export interface ReadyState {
  readonly kind: 'ready';
  /** Opaque to the webview; it comes back in the saved state, so that a host can tell which policy was shown. */
  readonly key: string;
  readonly policy: string;
  readonly checkpoint: string;
  readonly totals: Totals;
  readonly dtypes: readonly DtypeTotal[];
  readonly heatmap: Heatmap;
  readonly rules: readonly RuleLabel[];
  readonly budget: BudgetLimits;
  readonly findings: { readonly errors: number; readonly warnings: number };
  readonly evaluation: Evaluated | null;
  readonly applied: Applied | null;
  /** Why nothing may be applied or evaluated now (an untrusted workspace), or null. */
  readonly blocked: string | null;
}

/** Everything the dashboard shows of one policy. */
export type DashboardState =
  | { readonly kind: 'no-policy' }
  | { readonly kind: 'no-checkpoint'; readonly policy: string }
  | { readonly kind: 'loading'; readonly policy: string; readonly checkpoint: string }
  | { readonly kind: 'unreadable'; readonly policy: string; readonly checkpoint: string; readonly message: string }
  | ReadyState;
