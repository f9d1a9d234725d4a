import type { Activations } from '../core/model/ops';
import type { Arena } from './model-memory';

/** The next multiple of 8: kernels work on 8 rows at a time. */
export function padded(rows: number): number {
  return Math.ceil(rows / 8) * 8;
}

/** Elements of the activations with the rows that fill them up. */
export function elements(x: Activations): number {
  return padded(x.rows) * x.columns;
}

/** Takes room for activations; what it holds is left as it was. */
export function allocator(arena: Arena): (rows: number, columns: number) => Activations {
  return (rows, columns) => ({
    kind: 'activations',
    pointer: arena.take(padded(rows) * columns * 4),
    rows,
    columns,
  });
}
