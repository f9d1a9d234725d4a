import { STORAGE_BITS } from '../core/checkpoint/storage-dtype';
import type { TensorInfo } from '../core/checkpoint/tensor';
import type { MatrixShape } from '../core/formats/format';
import type { CastSource } from './cast-tensor';
import type { RowRun } from './row-runs';

/** Pieces a sample of rows is read in: spread over the tensor, few enough that a disk does not mind. */
const PIECES = 16;

/** Rows of about `elements` elements in all, in runs spread evenly over the matrix; all rows where it has no more. */
export function sampleRuns({ rows, columns }: MatrixShape, elements: number): readonly RowRun[] {
  const wanted = Math.min(rows, Math.max(1, Math.floor(elements / Math.max(1, columns))));
  if (wanted === rows) return rows === 0 || columns === 0 ? [] : [{ firstRow: 0, rows }];
  const pieces = Math.min(PIECES, wanted);
  return Array.from({ length: pieces }, (_, piece) => {
    const count = Math.floor((wanted * (piece + 1)) / pieces) - Math.floor((wanted * piece) / pieces);
    const firstRow = Math.floor(((rows - count) * piece) / Math.max(1, pieces - 1));
    return { firstRow, rows: count };
  });
}

/** Source bytes of some runs of rows, one after another. */
export async function readRuns(
  source: CastSource,
  tensor: TensorInfo,
  matrix: MatrixShape,
  runs: readonly RowRun[],
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const rowBytes = (matrix.columns * STORAGE_BITS[tensor.dtype]) / 8;
  const bytes = new Uint8Array(runs.reduce((sum, { rows }) => sum + rows * rowBytes, 0));
  let at = 0;
  for (const { firstRow, rows } of runs) {
    bytes.set(await source.read(tensor, firstRow * rowBytes, rows * rowBytes, signal), at);
    at += rows * rowBytes;
  }
  return bytes;
}
