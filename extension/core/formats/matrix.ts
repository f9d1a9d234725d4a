import type { MatrixShape } from './format';

/** Columns = last axis, rows = all other axes together; a vector is one row, a scalar 1 x 1. */
export function matrixShape(shape: readonly number[]): MatrixShape {
  const columns = shape.at(-1) ?? 1;
  return { rows: shape.slice(0, -1).reduce((product, extent) => product * extent, 1), columns };
}
