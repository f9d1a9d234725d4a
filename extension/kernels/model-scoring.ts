import type { Activations } from '../core/model/ops';
import type { ModelExports } from './model-exports';
import type { Arena } from './model-memory';

/** Log of the sum of exponentials of a row of logits, and the column of the largest (the first of equals). */
export interface RowSum {
  /** Not finite when the row holds a NaN or an infinity; `top` then says nothing. */
  readonly logSumExp: number;
  readonly top: number;
}

/** What turns logits into figures. */
export interface ModelScoring {
  /** One entry a row. */
  rowSums(logits: Activations): readonly RowSum[];
  /** D(base || cast) in nats for one row of logits each. */
  divergence(base: Activations, cast: Activations, row: number, lseBase: number, lseCast: number): number;
  /** One value of the activations. */
  at(x: Activations, row: number, column: number): number;
}

export function scoringOps(wasm: ModelExports, { take, view, floats, mark, release }: Arena): ModelScoring {
  return {
    rowSums(logits) {
      const scratch = mark();
      const at = take(logits.rows * 16);
      wasm.logSumExp(logits.pointer, logits.rows, logits.columns, at);
      const sums = view(at, logits.rows * 16);
      release(scratch);
      return Array.from({ length: logits.rows }, (_, row) => ({
        logSumExp: sums.getFloat32(row * 16 + 8, true) + Math.log(sums.getFloat64(row * 16, true)),
        top: sums.getInt32(row * 16 + 12, true),
      }));
    },
    divergence(base, cast, row, lseBase, lseCast) {
      const offset = row * base.columns * 4;
      return wasm.divergence(base.pointer + offset, cast.pointer + offset, base.columns, lseBase, lseCast);
    },
    at: (x, row, column) => floats(x.pointer + (row * x.columns + column) * 4, 1)[0]!,
  };
}
