import type { MatrixShape } from '../core/formats/format';
import type { KernelPool } from '../worker/protocol';

/** Source bytes cast at a time: small enough for a prompt cancel, large enough to hide the message's cost. */
const CHUNK_BYTES = 4 << 20;

/** A run of whole rows of a tensor. */
export interface RowRun {
  readonly firstRow: number;
  readonly rows: number;
}

/**
 * Cuts a matrix into runs of whole rows of about `CHUNK_BYTES`, each but the last a multiple of `unit` rows long;
 * none when it is empty.
 */
export function rowRuns(matrix: MatrixShape, elementBytes: number, unit: number): readonly RowRun[] {
  const fitting = Math.floor(CHUNK_BYTES / Math.max(1, matrix.columns * elementBytes));
  const rowsAtOnce = Math.max(1, Math.floor(fitting / unit)) * unit;
  const runs: RowRun[] = [];
  if (matrix.columns === 0) return runs;
  for (let firstRow = 0; firstRow < matrix.rows; firstRow += rowsAtOnce) {
    runs.push({ firstRow, rows: Math.min(rowsAtOnce, matrix.rows - firstRow) });
  }
  return runs;
}

/** Runs under way at once: one for each worker, one that is read for it meanwhile, and one that waits to be taken. */
export function runsAtOnce({ size }: Pick<KernelPool, 'size'>): number {
  return 2 * size + 1;
}
