import type { Activations, Matrix, ModelOps, PackedActivations } from '../core/model/ops';
import { allocator, padded } from './model-activations';
import type { ModelExports } from './model-exports';
import type { Arena } from './model-memory';

/** Embeddings, linear layers and what moves rows about. */
export function linearOps(
  wasm: ModelExports,
  arena: Arena,
): Pick<ModelOps, 'embed' | 'gatherRows' | 'addRows' | 'pack' | 'linear' | 'addLinear' | 'addBias'> {
  const { take, ints, floats, mark, release } = arena;
  const activations = allocator(arena);
  const product = (x: PackedActivations, weight: Matrix, y: Activations, accumulate: boolean): void => {
    wasm.matmul(x.pointer, weight.pointer, y.pointer, y.columns * 4, padded(x.rows), x.columns, y.columns, accumulate);
  };
  /** The ids in the kernels' memory; 0 for the rows that fill up. */
  const stored = (ids: Int32Array): number => {
    const count = padded(ids.length);
    const at = take(count * 4);
    const room = ints(at, count);
    room.fill(0);
    room.set(ids);
    return at;
  };
  return {
    embed(table, ids) {
      const y = activations(ids.length, table.inputs);
      const scratch = mark();
      wasm.gather(table.pointer, stored(ids), padded(ids.length), table.inputs, y.pointer);
      release(scratch);
      return y;
    },
    gatherRows(x, rows) {
      const y = activations(rows.length, x.columns);
      const scratch = mark();
      wasm.gatherRows(x.pointer, stored(rows), padded(rows.length), x.columns, y.pointer);
      release(scratch);
      return y;
    },
    addRows(x, rows, weights, to) {
      const scratch = mark();
      const at = take(weights.byteLength);
      floats(at, weights.length).set(weights);
      wasm.addRows(x.pointer, stored(rows), at, rows.length, x.columns, to.pointer);
      release(scratch);
    },
    pack(x) {
      const rows = padded(x.rows);
      const pointer = take(rows * x.columns * 4);
      wasm.pack4(x.pointer, x.columns * 4, rows, x.columns, pointer);
      return { kind: 'packed', pointer, rows: x.rows, columns: x.columns };
    },
    linear(x, weight) {
      const y = activations(x.rows, weight.outputs);
      product(x, weight, y, false);
      return y;
    },
    addLinear: (x, weight, to) => product(x, weight, to, true),
    addBias: (x, bias) => wasm.addBias(x.pointer, bias.pointer, padded(x.rows), x.columns),
  };
}
