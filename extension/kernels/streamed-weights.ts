import type { Weight, Weights } from '../core/model/ops';
import { vectorOf } from '../core/model/resident-weights';
import type { ModelKernels } from './model';

/** Neighbouring rows of a matrix, row-major. */
export interface MatrixRows {
  /** Number of the first of them. */
  readonly first: number;
  readonly values: Float32Array;
}

/** Weights whose matrices pass by: of each no more than the rows at hand lies in memory. */
export interface StreamedWeights extends Weights {
  /** Rows for the pass that waits for them; they are used when it goes on. */
  give(rows: MatrixRows): void;
}

/** `shapes`: [outputs, inputs] of every matrix; `vectors` lie in memory. */
export function streamedWeights(
  kernels: ModelKernels,
  shapes: ReadonlyMap<string, readonly [number, number]>,
  vectors: ReadonlyMap<string, Weight>,
): StreamedWeights {
  let given: MatrixRows | undefined;
  const shapeOf = (name: string): readonly [number, number] => {
    const shape = shapes.get(name);
    if (shape) return shape;
    throw new Error(`${name}: needed for the forward pass, but no matrix`);
  };
  return {
    vector: (name) => vectorOf(vectors, name),
    outputs: (name) => shapeOf(name)[0],
    give: (rows) => {
      given = rows;
    },
    *matrix(name, use) {
      const [outputs, inputs] = shapeOf(name);
      for (let first = 0; first < outputs;) {
        yield name;
        if (given?.first !== first) throw new Error(`${name}: expected its rows from ${first} on, got others`);
        const { values } = given;
        given = undefined;
        const rows = values.length / inputs;
        const scratch = kernels.mark();
        use(
          kernels.loadMatrix(() => values, rows, inputs),
          first,
        );
        kernels.release(scratch);
        first += rows;
      }
    },
  };
}
